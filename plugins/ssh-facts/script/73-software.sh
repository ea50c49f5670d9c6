# shellcheck shell=sh
# category name path: whoever knows another agent adds a line.
s_agents() {
    g agents flushed agents
}

agents() {
    for _l in \
        'configuration puppet /opt/puppetlabs/bin/puppet' \
        'configuration puppet /usr/bin/puppet' \
        'configuration chef /opt/chef/bin/chef-client' \
        'configuration cinc /opt/cinc/bin/cinc-client' \
        'configuration salt-minion /usr/bin/salt-minion' \
        'configuration salt-minion /opt/saltstack/salt/salt-minion' \
        'configuration cfengine /var/cfengine/bin/cf-agent' \
        'configuration rudder /opt/rudder/bin/rudder' \
        'monitoring zabbix-agent /usr/sbin/zabbix_agentd' \
        'monitoring zabbix-agent2 /usr/sbin/zabbix_agent2' \
        'monitoring node_exporter /usr/bin/prometheus-node-exporter' \
        'monitoring node_exporter /usr/local/bin/node_exporter' \
        'monitoring node_exporter /usr/bin/node_exporter' \
        'monitoring telegraf /usr/bin/telegraf' \
        'monitoring collectd /usr/sbin/collectd' \
        'monitoring checkmk /usr/bin/check_mk_agent' \
        'monitoring nrpe /usr/sbin/nrpe' \
        'monitoring icinga2 /usr/sbin/icinga2' \
        'monitoring datadog /opt/datadog-agent/bin/agent/agent' \
        'monitoring newrelic /usr/bin/newrelic-infra' \
        'monitoring dynatrace /opt/dynatrace/oneagent' \
        'monitoring netdata /usr/sbin/netdata' \
        'monitoring munin-node /usr/sbin/munin-node' \
        'monitoring snmpd /usr/sbin/snmpd' \
        'monitoring amazon-cloudwatch /opt/aws/amazon-cloudwatch-agent/bin/amazon-cloudwatch-agent' \
        'monitoring google-ops /opt/google-cloud-ops-agent' \
        'logging filebeat /usr/share/filebeat/bin/filebeat' \
        'logging fluent-bit /opt/fluent-bit/bin/fluent-bit' \
        'logging fluentd /usr/sbin/td-agent' \
        'logging vector /usr/bin/vector' \
        'logging promtail /usr/bin/promtail' \
        'logging splunk /opt/splunkforwarder/bin/splunk' \
        'logging elastic-agent /opt/Elastic/Agent/elastic-agent' \
        'security crowdstrike /opt/CrowdStrike/falcond' \
        'security sentinelone /opt/sentinelone/bin/sentinelctl' \
        'security defender /opt/microsoft/mdatp/sbin/wdavdaemon' \
        'security wazuh /var/ossec/bin/wazuh-agentd' \
        'security osquery /usr/bin/osqueryd' \
        'security carbonblack /opt/carbonblack/psc/bin/cbagentd' \
        'security sophos /opt/sophos-spl/bin/wdctl' \
        'security trendmicro /opt/ds_agent/ds_agent' \
        'security qualys /usr/local/qualys/cloud-agent/bin/qualys-cloud-agent' \
        'security nessus /opt/nessus_agent/sbin/nessusd' \
        'security clamav /usr/sbin/clamd' \
        'security aide /usr/bin/aide' \
        'security fail2ban /usr/bin/fail2ban-server' \
        'backup bacula /usr/sbin/bacula-fd' \
        'backup bareos /usr/sbin/bareos-fd' \
        'backup veeam /usr/bin/veeamconfig' \
        'backup netbackup /usr/openv/netbackup/bin/bpcd' \
        'backup tsm /opt/tivoli/tsm/client/ba/bin/dsmc' \
        'backup commvault /opt/commvault/Base/cvd' \
        'backup borg /usr/bin/borg' \
        'backup restic /usr/bin/restic' \
        'inventory glpi-agent /usr/bin/glpi-agent' \
        'inventory fusioninventory /usr/bin/fusioninventory-agent' \
        'inventory ocsinventory /usr/bin/ocsinventory-agent' \
        'inventory landscape /usr/bin/landscape-client' \
        'inventory insights /usr/bin/insights-client' \
        'guest open-vm-tools /usr/bin/vmtoolsd' \
        'guest qemu-guest-agent /usr/sbin/qemu-ga' \
        'guest qemu-guest-agent /usr/bin/qemu-ga' \
        'guest walinuxagent /usr/sbin/waagent' \
        'guest amazon-ssm /usr/bin/amazon-ssm-agent' \
        'guest cloud-init /usr/bin/cloud-init'; do
        [ ! -e "${_l##* }" ] || p "$_l"
    done
}

s_java() {
    g java flushed java_releases
}

java_releases() {
    for _o in /usr/lib/jvm/*/release /usr/java/*/release /opt/*/release /opt/*/jre/release /usr/local/*/release \
        /opt/java/*/release /usr/lib64/jvm/*/release /opt/ibm/java*/release /Library/Java/JavaVirtualMachines/*/Contents/Home/release \
        /usr/local/openjdk*/release /usr/jdk/instances/*/release; do
        h 40 "$_o"
    done
}

s_certificates() {
    g certificates flushed certificates
}

certificates() {
    for _o in /etc/ssl/*.pem /etc/ssl/*.crt /etc/pki/tls/certs/*.crt /etc/pki/tls/certs/*.pem /etc/letsencrypt/live/*/cert.pem \
        /etc/nginx/*.crt /etc/nginx/*.pem /etc/nginx/ssl/*.crt /etc/nginx/ssl/*.pem /etc/nginx/certs/*.crt /etc/apache2/ssl/*.crt \
        /etc/apache2/ssl/*.pem /etc/httpd/ssl/*.crt /etc/haproxy/*.pem /etc/haproxy/certs/*.pem /etc/postfix/*.pem \
        /etc/dovecot/*.pem /etc/ldap/*.pem /etc/openvpn/*.crt /etc/openvpn/server/*.crt /etc/kubernetes/pki/*.crt \
        /etc/kubernetes/pki/etcd/*.crt /var/lib/kubelet/pki/*.crt /etc/puppetlabs/puppet/ssl/certs/*.pem /etc/cockpit/ws-certs.d/*.cert; do
        case $_o in
        */ca-bundle* | */ca-certificates.crt | *key*) continue ;;
        esac
        if [ -r "$_o" ] && [ -f "$_o" ]; then
            # Only what stands between the certificate's own lines: a private key in the same file never leaves the host.
            m "C $_o"
            _k=
            _i=0
            while IFS= read -r _l || [ -n "$_l" ]; do
                case $_l in *'BEGIN CERTIFICATE'*) _k=1 ;; esac
                [ -z "$_k" ] || p "$_l"
                case $_l in *'END CERTIFICATE'*) break ;; esac
                _i=$((_i + 1))
                [ "$_i" -lt 400 ] || break
                _l=
            done <"$_o"
        elif [ -e "$_o" ]; then
            m "M denied $_o"
        fi
    done
}
