# Results that somebody else wrote, as diff and merge read them. A room inside a room, so without collector_fuzzer().
add_executable(fuzz_compare fuzz_compare.cpp)
target_link_libraries(fuzz_compare PRIVATE Qt6::Core)
set_target_properties(fuzz_compare PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/fuzz)
if(COLLECTOR_FUZZERS)
    find_package(ZLIB REQUIRED)
    pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)
    set(reads
        model/json.cpp model/status.cpp output/bytesource.cpp output/csvreader.cpp output/jsonpieces.cpp output/jsonscan.cpp
        output/resultreader.cpp output/timestamp.cpp output/compare/attempts.cpp output/compare/factclasses.cpp
        output/compare/hostregisters.cpp output/compare/jsonjoin.cpp output/compare/jsonspan.cpp output/compare/mergedrecord.cpp output/compare/plaintext.cpp
        output/compare/recorddiff.cpp output/compare/recordstore.cpp output/compare/recordview.cpp sdk/cause.cpp sdk/joberror.cpp sdk/manifest.cpp)
    list(TRANSFORM reads PREPEND ${PROJECT_SOURCE_DIR}/core/)
    target_sources(fuzz_compare PRIVATE ${reads})
    target_compile_definitions(fuzz_compare PRIVATE COLLECTOR_SDK_BUILD)
    target_include_directories(fuzz_compare PRIVATE ${PROJECT_SOURCE_DIR}/core ${PROJECT_SOURCE_DIR}/core/sdk)
    target_link_libraries(fuzz_compare PRIVATE ZLIB::ZLIB PkgConfig::ZSTD)
    collector_fuzz(fuzz_compare fuzz_compare SECONDS ${COLLECTOR_FUZZ_SECONDS} CORPUS ${PROJECT_SOURCE_DIR}/tests/data/fuzz/compare)
else()
    target_link_libraries(fuzz_compare PRIVATE collector-compare collector-options)
    target_sources(fuzz_compare PRIVATE replay.cpp)
    add_test(NAME fuzz_compare COMMAND fuzz_compare ${PROJECT_SOURCE_DIR}/tests/data/fuzz/compare)
    set_tests_properties(fuzz_compare PROPERTIES TIMEOUT 120 LABELS fuzz)
endif()
