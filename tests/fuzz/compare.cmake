# Results that somebody else wrote, as diff, merge and report read them. A room inside a room, so without collector_fuzzer().
find_package(ZLIB REQUIRED)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)
set(compare_reads
    model/json.cpp model/status.cpp model/utf8.cpp output/batch.cpp output/bytesource.cpp output/csvreader.cpp output/jsonpieces.cpp
    output/jsonspan.cpp output/recordhead.cpp output/resultreader.cpp output/runcounts.cpp output/timestamp.cpp output/compare/assetmarks.cpp output/compare/attempts.cpp
    output/compare/changefold.cpp output/compare/diff.cpp output/compare/diffwriter.cpp output/compare/factclasses.cpp
    output/compare/hostregisters.cpp output/compare/html.cpp output/compare/jsonjoin.cpp
    output/compare/merge.cpp output/compare/mergedrecord.cpp output/compare/plaintext.cpp output/compare/recorddiff.cpp output/compare/recordstore.cpp
    output/compare/recordview.cpp output/compare/reportdata.cpp output/compare/reportpage.cpp output/bytesink.cpp output/compare/tables.cpp
    output/csvrow.cpp output/filelock.cpp output/livefile.cpp output/outputlocks.cpp sdk/cause.cpp sdk/joberror.cpp sdk/manifest.cpp)
list(TRANSFORM compare_reads PREPEND ${PROJECT_SOURCE_DIR}/core/)
foreach(name compare merge report tables)
    set(corpus ${PROJECT_SOURCE_DIR}/tests/data/fuzz/${name})
    add_executable(fuzz_${name} fuzz_${name}.cpp)
    target_link_libraries(fuzz_${name} PRIVATE Qt6::Core)
    set_target_properties(fuzz_${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/fuzz)
    if(COLLECTOR_FUZZERS)
        target_sources(fuzz_${name} PRIVATE ${compare_reads})
        target_compile_definitions(fuzz_${name} PRIVATE COLLECTOR_SDK_BUILD COLLECTOR_VERSION="${PROJECT_VERSION}")
        target_include_directories(fuzz_${name} PRIVATE ${PROJECT_SOURCE_DIR}/core ${PROJECT_SOURCE_DIR}/core/sdk
            ${PROJECT_BINARY_DIR}/core/output/compare)
        target_link_libraries(fuzz_${name} PRIVATE ZLIB::ZLIB PkgConfig::ZSTD)
        collector_fuzz(fuzz_${name} fuzz_${name}
            SECONDS ${COLLECTOR_FUZZ_SECONDS} FLAGS -dict=${CMAKE_CURRENT_LIST_DIR}/compare.dict CORPUS ${corpus})
    else()
        target_link_libraries(fuzz_${name} PRIVATE collector-compare collector-options)
        target_link_options(fuzz_${name} PRIVATE LINKER:-Map=${CMAKE_BINARY_DIR}/fuzz/fuzz_${name}.map)
        set_property(GLOBAL APPEND PROPERTY COLLECTOR_FUZZ_READS fuzz_${name} ${compare_reads})
        target_sources(fuzz_${name} PRIVATE replay.cpp)
        add_test(NAME fuzz_${name} COMMAND fuzz_${name} ${corpus})
        set_tests_properties(fuzz_${name} PROPERTIES TIMEOUT 120 LABELS "fuzz;sanitize")
        add_dependencies(sanitize-tests fuzz_${name})
    endif()
endforeach()
