# collector_add_plugin(NAME SOURCES … METADATA manifest.json [LINKS …])
# collector_add_plugin_test(NAME SOURCES … PLUGIN plugin [LINKS …])
#
# A plugin as a MODULE, built where the installed one would lie, with its manifest embedded by Q_PLUGIN_METADATA and stamped
# with interface, compiler and sanitizer: what must fit is known before any of its code runs. The same function builds our
# own plugins and strangers'.
#
# Its test is a Qt Test program with JobTester (collector/jobtester.h); PLUGIN_FILE is the plugin's path. ctest runs it.

set(COLLECTOR_PLUGIN_INTERFACE 2)
if(NOT DEFINED COLLECTOR_PLUGIN_DIRECTORY)
    set(COLLECTOR_PLUGIN_DIRECTORY ${CMAKE_BINARY_DIR}/lib/collector/plugins)
endif()

# What must be alike in a program and its plugins, into the variables named: interface, compiler, sanitizer.
function(collector_plugin_stamps interface compiler sanitizer)
    string(REGEX MATCH "^[0-9]+" major "${CMAKE_CXX_COMPILER_VERSION}")
    set(sanitizers "none")
    if(CMAKE_CXX_FLAGS MATCHES "-fsanitize=([a-z,]+)")
        set(sanitizers ${CMAKE_MATCH_1})
    elseif(COLLECTOR_SANITIZE)
        set(sanitizers ${COLLECTOR_SANITIZE})
    endif()
    string(REPLACE "," "+" sanitizers "${sanitizers}")
    set(${interface} ${COLLECTOR_PLUGIN_INTERFACE} PARENT_SCOPE)
    set(${compiler} ${CMAKE_CXX_COMPILER_ID}-${major} PARENT_SCOPE)
    set(${sanitizer} ${sanitizers} PARENT_SCOPE)
endfunction()

function(collector_add_plugin name)
    cmake_parse_arguments(ARG "" "METADATA" "SOURCES;LINKS" ${ARGN})
    if(NOT ARG_SOURCES OR NOT ARG_METADATA)
        message(FATAL_ERROR "collector_add_plugin(${name}): SOURCES and METADATA are needed")
    endif()
    cmake_path(ABSOLUTE_PATH ARG_METADATA NORMALIZE OUTPUT_VARIABLE manifest)

    collector_plugin_stamps(interface compiler sanitizer)
    add_library(${name} MODULE ${ARG_SOURCES})
    set_target_properties(${name} PROPERTIES
        PREFIX "" AUTOMOC ON CXX_VISIBILITY_PRESET hidden
        AUTOMOC_MOC_OPTIONS "-Mcollector_interface=${interface};-Mcollector_compiler=${compiler};-Mcollector_sanitizer=${sanitizer}"
        LIBRARY_OUTPUT_DIRECTORY ${COLLECTOR_PLUGIN_DIRECTORY})
    # moc embeds the manifest when it runs: a changed manifest must run it again.
    set_property(SOURCE ${ARG_SOURCES} APPEND PROPERTY OBJECT_DEPENDS ${manifest})
    set_property(TARGET ${name} APPEND PROPERTY AUTOGEN_TARGET_DEPENDS ${manifest})
    target_compile_features(${name} PRIVATE cxx_std_20)
    if(TARGET Collector::sdk)
        target_link_libraries(${name} PRIVATE Collector::sdk Qt6::Core ${ARG_LINKS})
    else()
        target_link_libraries(${name} PRIVATE collector-sdk Qt6::Core ${ARG_LINKS})
    endif()
endfunction()

function(collector_add_plugin_test name)
    cmake_parse_arguments(ARG "" "PLUGIN" "SOURCES;LINKS" ${ARGN})
    if(NOT ARG_SOURCES OR NOT ARG_PLUGIN)
        message(FATAL_ERROR "collector_add_plugin_test(${name}): SOURCES and PLUGIN are needed")
    endif()
    find_package(Qt6 6.4 REQUIRED COMPONENTS Test)
    add_executable(${name} ${ARG_SOURCES})
    set_target_properties(${name} PROPERTIES AUTOMOC ON)
    target_compile_features(${name} PRIVATE cxx_std_20)
    target_compile_definitions(${name} PRIVATE PLUGIN_FILE="$<TARGET_FILE:${ARG_PLUGIN}>")
    if(TARGET Collector::testing)
        target_link_libraries(${name} PRIVATE Collector::testing Qt6::Test ${ARG_LINKS})
    else()
        target_link_libraries(${name} PRIVATE collector-testing Qt6::Test ${ARG_LINKS})
    endif()
    add_dependencies(${name} ${ARG_PLUGIN})
    add_test(NAME ${name} COMMAND ${name})
endfunction()
