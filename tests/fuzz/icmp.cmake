# Packets of the network, before and after their cookie is known to be ours.
collector_fuzzer(fuzz_echo
    ROOM icmp
    READS echoaddress.cpp echoanswer.cpp echoledger.cpp echopacket.cpp echotable.cpp
    CORPUS fuzz/echo
)
target_compile_definitions(fuzz_echo PRIVATE QT_NO_KEYWORDS)
