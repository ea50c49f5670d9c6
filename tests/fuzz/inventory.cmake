set(inventory_sources
    datanode.cpp
    diagnostic.cpp
    executablesource.cpp
    filekind.cpp
    groupsets.cpp
    groupsreader.cpp
    hostaddress.cpp
    hostpattern.cpp
    hostrange.cpp
    hostset.cpp
    hostview.cpp
    inireader.cpp
    inventory.cpp
    inventorybuilder.cpp
    inventorylisting.cpp
    inventorytables.cpp
    ipaddress.cpp
    jsonreader.cpp
    linereader.cpp
    lint.cpp
    load.cpp
    patternevaluator.cpp
    problems.cpp
    pythongrammar.cpp
    pythonliteral.cpp
    pythonnumber.cpp
    quotedlines.cpp
    resolvedgroups.cpp
    selection.cpp
    shard.cpp
    shellwords.cpp
    sourcereader.cpp
    template.cpp
    textpool.cpp
    utf8.cpp
    value.cpp
    variablefiles.cpp
    yamlreader.cpp
    yamlscalar.cpp
)
pkg_check_modules(YAML REQUIRED IMPORTED_TARGET yaml-0.1)
collector_fuzzer(fuzz_inventory_data
    ROOM inventory
    READS datanode.cpp jsonreader.cpp pythongrammar.cpp pythonliteral.cpp pythonnumber.cpp utf8.cpp value.cpp yamlreader.cpp yamlscalar.cpp
    LINKS PkgConfig::YAML
    CORPUS fuzz/inventory_data
)
collector_fuzzer(fuzz_inventory_file
    ROOM inventory
    READS ${inventory_sources}
    LINKS PkgConfig::YAML Qt6::Network
    CORPUS inventories/probes fuzz/inventory_data
)
collector_fuzzer(fuzz_inventory_pattern
    ROOM inventory
    READS ${inventory_sources}
    LINKS PkgConfig::YAML Qt6::Network
    CORPUS fuzz/inventory_pattern
)
