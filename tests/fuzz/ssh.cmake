# What the SDK makes of a failure, where fuzzers compile their own.
set(joberror ../sdk/cause.cpp ../sdk/joberror.cpp)
collector_fuzzer(fuzz_agentanswer ROOM ssh READS agentanswer.cpp CORPUS fuzz/agentanswer)
collector_fuzzer(fuzz_banner ROOM ssh READS banner.cpp ${joberror} CORPUS fuzz/banner)
collector_fuzzer(fuzz_certificate
    ROOM ssh
    READS certificate.cpp keyblob.cpp
    LINKS PkgConfig::LIBSSH
    CORPUS fuzz/certificate
)
collector_fuzzer(fuzz_knownhosts
    ROOM ssh
    READS hashednames.cpp hostkeys.cpp keyblob.cpp knownhosts.cpp knownhostsfile.cpp namepattern.cpp
    LINKS PkgConfig::LIBSSH
    CORPUS ssh/known_hosts fuzz/known_hosts
)
collector_fuzzer(fuzz_opensshlog ROOM ssh READS opensshlog.cpp sshprogress.cpp ${joberror} CORPUS fuzz/opensshlog)
collector_fuzzer(fuzz_proposal ROOM ssh READS proposal.cpp LINKS Qt6::Network PkgConfig::LIBSSH CORPUS fuzz/proposal)
collector_fuzzer(fuzz_sshconfig
    ROOM ssh
    READS
        namepattern.cpp
        sshconfig.cpp
        sshconfigline.cpp
        sshconfigreader.cpp
        sshhostconfig.cpp
        sshresolver.cpp
        sshtokens.cpp
        sshvalue.cpp
        sshwords.cpp
    CORPUS ssh/config fuzz/ssh_config
)
