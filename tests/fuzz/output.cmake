# Journals after a power cut, and results that somebody else wrote. These files use rooms below theirs, so READS names those too.
set(output_reads
    ../model/json.cpp
    ../model/status.cpp
    ../model/utf8.cpp
    ../sdk/cause.cpp
    bytesource.cpp
    csvreader.cpp
    jsonpieces.cpp
    jsonspan.cpp
    recordhead.cpp
    resultreader.cpp
    timestamp.cpp
)
find_package(ZLIB REQUIRED)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)
foreach(reader jsonpieces csv result)
    collector_fuzzer(fuzz_${reader} ROOM output READS ${output_reads} LINKS ZLIB::ZLIB PkgConfig::ZSTD CORPUS fuzz/${reader})
endforeach()
collector_fuzzer(fuzz_journal
    ROOM output
    READS ${output_reads} ../sdk/joberror.cpp ../sdk/manifest.cpp journal.cpp journalreader.cpp livefile.cpp runcounts.cpp runjson.cpp bytesink.cpp
    LINKS ZLIB::ZLIB PkgConfig::ZSTD
    CORPUS fuzz/journal
)
foreach(reader jsonpieces csv result journal)
    target_include_directories(fuzz_${reader} PRIVATE ${CMAKE_CURRENT_LIST_DIR})
    target_compile_definitions(fuzz_${reader} PRIVATE COLLECTOR_SDK_BUILD COLLECTOR_VERSION="${PROJECT_VERSION}")
endforeach()
