# A result of `hosts` hosts with 200 facts each, as `collector -o x.json` writes it; `night` moves what moves from night to night:
# twelve facts of state on every host, a kernel on each tenth, an address on each thousandth.
# With `hostile`, one host says what would harm a page that believed it. awk -v hosts=10000 -v night=1 -f makeresult.awk
BEGIN {
    run = sprintf("202611%02dT020000Z-4f1c", night)
    printf "{\"schema\":\"collector/1\",\"run\":{\"id\":\"%s\",\"version\":\"0.1.0\"},\"hosts\":[", run
    for (i = 0; i < hosts; i++) {
        # Hosts finish in another order each night.
        h = (i * 7919 + night * 104729) % hosts
        kernel = (night > 1 && h % 10 == 0) ? "6.1.0-26-amd64" : "6.1.0-25-amd64"
        address = sprintf("10.%d.%d.%d", (h % 1000 == 7 ? night : 0), int(h / 250) % 250, h % 250 + 1)
        printf "%s\n{\"schema\":\"collector/1\",\"run\":\"%s\",\"host\":\"node%05d.example.org\",\"address\":\"%s\",\"groups\":[\"prod\",\"rack%d\"],\"status\":\"ok\",\"cause\":null,\"message\":null,\"plugin\":null,\"started\":\"2026-11-%02dT02:00:%02d.%03dZ\",\"elapsed_ms\":%d,\"attempts\":1,\"jobs\":{\"ssh-facts\":{\"status\":\"ok\",\"cause\":null,\"elapsed_ms\":409}},\"connection\":{\"user\":\"ops\",\"port\":22,\"via\":null,\"auth\":\"publickey\",\"key\":null,\"host_key_type\":\"ssh-ed25519\",\"host_key\":\"SHA256:%040d\",\"kex\":null,\"cipher\":null,\"mac\":null,\"banner\":\"SSH-2.0-OpenSSH_9.2p1\"},\"vars\":{},\"facts\":{", (i ? "," : ""), run, h, address, h % 40, night, i % 60, i % 1000, i % 900, h
        distribution = (hostile && h == 3) ? "Debian<script>window.hostile=1</script><img src=http://192.0.2.1/x>" : "Debian"
        printf "\"distribution\":\"%s\",\"distribution_version\":\"12\",\"kernel\":\"%s\",\"machine_id\":\"%032x\",\"memtotal_mb\":%d,\"default_ipv4\":{\"address\":\"%s\",\"interface\":\"eth0\",\"prefix\":\"24\",\"mtu\":1500}", distribution, kernel, h, 2 ^ (10 + h % 8), address
        printf ",\"mounts\":[{\"mount\":\"/\",\"device\":\"/dev/sda1\",\"fstype\":\"ext4\",\"options\":\"rw,relatime\",\"size_total\":%d},{\"mount\":\"/srv\",\"device\":\"/dev/sdb1\",\"fstype\":\"xfs\",\"options\":\"rw,noatime\",\"size_total\":%d}]", 1e10 + h * 4096, 1e11 + h * 4096
        for (k = 0; k < 12; k++)
            printf ",\"state_%d\":%d", k, (h * 31 + k * 17 + night * 1009) % 100000
        for (k = 0; k < 181; k++)
            printf ",\"fact_%03d\":\"value %d of some length %d\"", k, h % 97, k
        printf "},\"absent\":{\"product_serial\":\"denied\"}}"
    }
    printf "\n],\"summary\":{\"hosts\":%d,\"ok\":%d}}\n", hosts, hosts
}
