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
