# Run by cpack before it packs: folders are open to all, whatever the umask of whoever makes the packages. With a stricter one, nobody but
# root would find the plugins, nor the service its configuration.
file(GLOB_RECURSE entries LIST_DIRECTORIES true ${CPACK_TEMPORARY_INSTALL_DIRECTORY}/*)
foreach(entry IN LISTS entries)
    if(IS_DIRECTORY ${entry} AND NOT IS_SYMLINK ${entry} AND NOT entry MATCHES "/etc/collector/credentials$")
        file(CHMOD ${entry} DIRECTORY_PERMISSIONS
            OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
    endif()
endforeach()
