# sdk, plugins: their own manifests with what users and hosts give to them, and what a user's script prints. ssh-facts has facts.cmake.
collector_fuzzer(fuzz_manifest LINKS collector-sdk CORPUS fuzz/manifest)
collector_fuzzer(fuzz_printedfacts LINKS printed-facts collector-sdk CORPUS fuzz/printedfacts)

# cli: what an administrator wrote into the configuration.
collector_fuzzer(fuzz_config LINKS collector-commandline CORPUS fuzz/config)

# inventory
collector_fuzzer(fuzz_inventory_data LINKS collector-inventory CORPUS fuzz/inventory_data)
collector_fuzzer(fuzz_inventory_file LINKS collector-inventory CORPUS inventories/probes fuzz/inventory_data)
collector_fuzzer(fuzz_inventory_pattern LINKS collector-inventory CORPUS fuzz/inventory_pattern)

# icmp: packets of the network, before and after their cookie is known to be ours.
collector_fuzzer(fuzz_echo LINKS collector-icmp CORPUS fuzz/echo)

# net, ssh
collector_fuzzer(fuzz_address LINKS collector-net CORPUS fuzz/address)
collector_fuzzer(fuzz_agentanswer LINKS collector-ssh CORPUS fuzz/agentanswer)
collector_fuzzer(fuzz_agentmessage LINKS collector-ssh CORPUS fuzz/agentmessage)
collector_fuzzer(fuzz_banner LINKS collector-ssh CORPUS fuzz/banner)
collector_fuzzer(fuzz_certificate LINKS collector-ssh CORPUS fuzz/certificate)
collector_fuzzer(fuzz_keyfile LINKS collector-ssh CORPUS fuzz/certificate fuzz/keyfile)
collector_fuzzer(fuzz_knownhosts LINKS collector-ssh CORPUS ssh/known_hosts fuzz/known_hosts)
collector_fuzzer(fuzz_opensshlog LINKS collector-ssh CORPUS fuzz/opensshlog)
collector_fuzzer(fuzz_prompt LINKS collector-ssh CORPUS fuzz/prompt)
collector_fuzzer(fuzz_proposal LINKS collector-ssh CORPUS fuzz/proposal)
collector_fuzzer(fuzz_raising LINKS collector-ssh CORPUS fuzz/raising)
collector_fuzzer(fuzz_ssharguments LINKS collector-ssh CORPUS fuzz/ssharguments)
collector_fuzzer(fuzz_sshconfig LINKS collector-ssh CORPUS ssh/config fuzz/ssh_config)

# output: journals after a power cut, and results that somebody else wrote; the last four as diff, merge and report read them.
collector_fuzzer(fuzz_jsonpieces LINKS collector-output CORPUS fuzz/jsonpieces)
collector_fuzzer(fuzz_csv LINKS collector-output CORPUS fuzz/csv)
collector_fuzzer(fuzz_result LINKS collector-output CORPUS fuzz/result)
collector_fuzzer(fuzz_journal LINKS collector-output CORPUS fuzz/journal)
foreach(name compare merge report tables)
    collector_fuzzer(fuzz_${name} LINKS collector-compare CORPUS fuzz/${name} FLAGS -dict=${CMAKE_CURRENT_LIST_DIR}/compare.dict)
endforeach()
