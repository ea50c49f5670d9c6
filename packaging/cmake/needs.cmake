# Run by cpack before it packs. Without dpkg-shlibdeps CPackDeb makes a package that depends on no library, says so in one line and ends with 0.
foreach(tool dpkg-shlibdeps file)
    unset(found)
    find_program(found ${tool} NO_CACHE)
    if(NOT found)
        message(FATAL_ERROR "${tool} is not installed, and the packages would not say what they depend on: apt-get install dpkg-dev file")
    endif()
endforeach()
