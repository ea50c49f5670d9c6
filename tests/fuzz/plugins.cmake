# What plugins read: their own manifests with what users and hosts give to them, and what a user's script prints. ssh-facts has facts.cmake.
collector_fuzzer(fuzz_manifest ROOM sdk READS cause.cpp facts.cpp joberror.cpp manifest.cpp options.cpp CORPUS fuzz/manifest)
target_compile_definitions(fuzz_manifest PRIVATE COLLECTOR_SDK_BUILD QT_NO_KEYWORDS)

set(printed ${PROJECT_SOURCE_DIR}/plugins/printed-facts)
collector_fuzzer(fuzz_printedfacts
    ROOM sdk
    READS cause.cpp joberror.cpp ../../plugins/printed-facts/printedfacts.cpp
    CORPUS fuzz/printedfacts
)
target_include_directories(fuzz_printedfacts PRIVATE ${printed})
if(COLLECTOR_FUZZERS)
    target_compile_definitions(fuzz_printedfacts PRIVATE COLLECTOR_SDK_BUILD)
else()
    target_link_libraries(fuzz_printedfacts PRIVATE printed-facts)
endif()
