get_target_property(inventory_sources collector-inventory SOURCES)
list(FILTER inventory_sources INCLUDE REGEX "^[a-z0-9]+\\.cpp$")
pkg_check_modules(YAML REQUIRED IMPORTED_TARGET yaml-0.1)
collector_fuzzer(fuzz_inventory_data
    ROOM inventory
    READS ../model/json.cpp ../model/utf8.cpp datanode.cpp jsonreader.cpp pythongrammar.cpp pythonliteral.cpp pythonnumber.cpp pythontext.cpp value.cpp yamlreader.cpp yamlscalar.cpp
    LINKS PkgConfig::YAML
    CORPUS fuzz/inventory_data
)
collector_fuzzer(fuzz_inventory_file
    ROOM inventory
    READS ../model/json.cpp ../model/nearest.cpp ../model/utf8.cpp ${inventory_sources}
    LINKS PkgConfig::YAML Qt6::Network
    CORPUS inventories/probes fuzz/inventory_data
)
collector_fuzzer(fuzz_inventory_pattern
    ROOM inventory
    READS ../model/json.cpp ../model/nearest.cpp ../model/utf8.cpp ${inventory_sources}
    LINKS PkgConfig::YAML Qt6::Network
    CORPUS fuzz/inventory_pattern
)
