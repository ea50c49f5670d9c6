# What the SDK makes of a failure, where fuzzers compile their own.
set(joberror ../sdk/cause.cpp ../sdk/joberror.cpp)
collector_fuzzer(fuzz_address ROOM net READS socketaddress.cpp LINKS Qt6::Network CORPUS fuzz/address)
collector_fuzzer(fuzz_agentanswer ROOM ssh READS agentanswer.cpp CORPUS fuzz/agentanswer)
collector_fuzzer(fuzz_agentmessage ROOM ssh READS agentsocket.cpp CORPUS fuzz/agentmessage)
collector_fuzzer(fuzz_banner ROOM ssh READS banner.cpp ${joberror} CORPUS fuzz/banner)
collector_fuzzer(fuzz_certificate
    ROOM ssh
    READS certificate.cpp keyblob.cpp
    LINKS PkgConfig::LIBSSH
    CORPUS fuzz/certificate
)
collector_fuzzer(fuzz_keyfile
    ROOM ssh
    READS certificate.cpp identity.cpp keyblob.cpp keyfile.cpp secret.cpp secretsource.cpp silentterminal.cpp
    LINKS PkgConfig::LIBSSH
    CORPUS fuzz/certificate fuzz/keyfile
)
collector_fuzzer(fuzz_knownhosts
    ROOM ssh
    READS hashednames.cpp hostkeys.cpp keyblob.cpp knownhosts.cpp knownhostsfile.cpp namepattern.cpp
    LINKS PkgConfig::LIBSSH
    CORPUS ssh/known_hosts fuzz/known_hosts
)
collector_fuzzer(fuzz_opensshlog ROOM ssh READS opensshlog.cpp sshprogress.cpp ${joberror} CORPUS fuzz/opensshlog)
collector_fuzzer(fuzz_prompt ROOM ssh READS prompt.cpp ${joberror} LINKS PkgConfig::LIBSSH CORPUS fuzz/prompt)
collector_fuzzer(fuzz_proposal ROOM ssh READS proposal.cpp LINKS Qt6::Network PkgConfig::LIBSSH CORPUS fuzz/proposal)
collector_fuzzer(fuzz_raising
    ROOM ssh
    READS raisingtalk.cpp secret.cpp ${joberror}
    LINKS Qt6::Network PkgConfig::LIBSSH
    CORPUS fuzz/raising
)
set(sshconfig namepattern.cpp sshconfig.cpp sshconfigline.cpp sshconfigreader.cpp sshhostconfig.cpp sshresolver.cpp sshtokens.cpp sshvalue.cpp
    sshwords.cpp)
collector_fuzzer(fuzz_ssharguments ROOM ssh READS ssharguments.cpp ${sshconfig} CORPUS fuzz/ssharguments)
collector_fuzzer(fuzz_sshconfig ROOM ssh READS ${sshconfig} CORPUS ssh/config fuzz/ssh_config)
