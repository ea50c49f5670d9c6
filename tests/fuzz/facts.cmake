# All parsers of ssh-facts in one: which of them runs, the input or COLLECTOR_FUZZ_SECTION says. The whole runs as long as other fuzzers do, and
# each section by itself for a twentieth of that.
set(flags -max_len=16384 -dict=${CMAKE_CURRENT_LIST_DIR}/facts.dict)
collector_fuzzer(fuzz_facts LINKS ssh-facts-parse CORPUS answers FLAGS ${flags} LABELS facts)
target_compile_definitions(fuzz_facts PRIVATE FUZZ_MANIFEST="${CMAKE_BINARY_DIR}/plugins/ssh-facts/ssh-facts.json")
if(COLLECTOR_FUZZERS)
    set(answers ${PROJECT_SOURCE_DIR}/tests/data/answers)
    math(EXPR seconds "${COLLECTOR_FUZZ_SECONDS} / 20 + 1")
    file(GLOB sections RELATIVE ${answers} CONFIGURE_DEPENDS ${answers}/*)
    foreach(section IN LISTS sections)
        collector_fuzz(fuzz_facts_${section} fuzz_facts SECONDS ${seconds} FLAGS ${flags} CORPUS ${answers}/${section})
        set_property(TEST fuzz_facts_${section} APPEND PROPERTY ENVIRONMENT COLLECTOR_FUZZ_SECTION=${section})
    endforeach()
endif()
