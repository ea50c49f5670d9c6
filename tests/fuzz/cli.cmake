# What an administrator wrote into the configuration. The cli is no room of core, so what is read is named from there.
set(commandline ../../cli/commandline.cpp ../../cli/configuration.cpp ../../cli/optiontable.cpp)
collector_fuzzer(fuzz_config ROOM model READS nearest.cpp ${commandline} CORPUS fuzz/config)
if(COLLECTOR_FUZZERS)
    target_include_directories(fuzz_config PRIVATE ${PROJECT_SOURCE_DIR})
else()
    target_link_libraries(fuzz_config PRIVATE collector-commandline)
endif()
