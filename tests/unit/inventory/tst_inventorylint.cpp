// What --lint says of variables that would let a run fail, and what it leaves alone.

#include "loaded.h"

#include "inventory/lint.h"

#include <QTest>

using namespace collector;

class tst_inventorylint final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void namesTheVariableThatWasMeant_data();
    void namesTheVariableThatWasMeant();
    void knownAndForeignNamesAreNoFinding_data();
    void knownAndForeignNamesAreNoFinding();
    void valuesThatCannotWorkAreFound_data();
    void valuesThatCannotWorkAreFound();
    void valuesOfNoHostAreNoFinding_data();
    void valuesOfNoHostAreNoFinding();
    void whatManyHostsShareIsToldOnce();
    void ofTwoFilesEachIsNamed();
};

namespace {

QByteArray lintOf(const QByteArray &text)
{
    Folder folder;
    const QByteArray file = folder.write("hosts.ini", text);
    const LoadResult loaded = Inventory::load({file}, {});
    if (!loaded)
        return said(loaded);
    QByteArray found;
    for (const Diagnostic &diagnostic : lintInventory(*loaded.inventory))
        found += diagnostic.toText();
    return found.replace(file, "hosts.ini");
}

} // namespace

void tst_inventorylint::namesTheVariableThatWasMeant_data()
{
    QTest::addColumn<QByteArray>("written");
    QTest::addColumn<QByteArray>("meant");
    QTest::newRow("letters swapped") << QByteArray("ansible_prot") << QByteArray("ansible_port");
    QTest::newRow("letters of the prefix swapped") << QByteArray("ansbile_port") << QByteArray("ansible_port");
    QTest::newRow("a letter of the prefix missing") << QByteArray("asible_user") << QByteArray("ansible_user");
    QTest::newRow("the first letter missing") << QByteArray("nsible_host") << QByteArray("ansible_host");
    QTest::newRow("a letter too many") << QByteArray("ansible_hosst") << QByteArray("ansible_host");
    QTest::newRow("a letter behind") << QByteArray("ansible_hosts") << QByteArray("ansible_host");
    QTest::newRow("a wrong letter") << QByteArray("ansible_connectiom") << QByteArray("ansible_connection");
    QTest::newRow("a dash") << QByteArray("ansible-user") << QByteArray("ansible_user");
    QTest::newRow("capitals") << QByteArray("ANSIBLE_USER") << QByteArray("ansible_user");
    QTest::newRow("a password") << QByteArray("ansible_ssh_pas") << QByteArray("ansible_ssh_pass");
    QTest::newRow("become") << QByteArray("ansible_becme_user") << QByteArray("ansible_become_user");
    QTest::newRow("a key") << QByteArray("ansible_ssh_private_keyfile") << QByteArray("ansible_ssh_private_key_file");
    QTest::newRow("ours") << QByteArray("colector_skip") << QByteArray("collector_skip");
}

void tst_inventorylint::namesTheVariableThatWasMeant()
{
    QFETCH(QByteArray, written);
    QFETCH(QByteArray, meant);
    const QByteArray expected =
        "hosts.ini:2: warning: '" + written + "' is no variable that has an effect\n    -> did you mean " + meant + "?\n";
    QCOMPARE(lintOf("h1\nh2 " + written + "=1\n"), expected);
    QCOMPARE(lintOf("[all:vars]\n" + written + "=1\n"), expected); // of a group, and though it has no host
}

void tst_inventorylint::knownAndForeignNamesAreNoFinding_data()
{
    QTest::addColumn<QByteArray>("name");
    for (const char *name : {"ansible_host",
                             "ansible_port",
                             "ansible_user",
                             "ansible_password",
                             "ansible_ssh_host",
                             "ansible_ssh_port",
                             "ansible_ssh_user",
                             "ansible_ssh_pass",
                             "ansible_ssh_password",
                             "ansible_ssh_private_key_file",
                             "ansible_private_key_file",
                             "ansible_ssh_args",
                             "ansible_ssh_common_args",
                             "ansible_ssh_extra_args",
                             "ansible_ssh_host_key_checking",
                             "ansible_host_key_checking",
                             "ansible_ssh_executable",
                             "ansible_ssh_pipelining",
                             "ansible_ssh_timeout",
                             "ansible_ssh_retries",
                             "ansible_sftp_extra_args",
                             "ansible_become",
                             "ansible_become_user",
                             "ansible_become_method",
                             "ansible_become_pass",
                             "ansible_become_password",
                             "ansible_become_exe",
                             "ansible_become_flags",
                             "ansible_sudo",
                             "ansible_sudo_pass",
                             "ansible_su_pass",
                             "ansible_su_user",
                             "ansible_shell_type",
                             "ansible_shell_executable",
                             "ansible_python_interpreter",
                             "ansible_winrm_host",
                             "ansible_winrm_port",
                             "ansible_winrm_user",
                             "ansible_winrm_transport",
                             "ansible_psrp_host",
                             "ansible_psrp_port",
                             "ansible_paramiko_host",
                             "ansible_paramiko_port",
                             "ansible_docker_user",
                             "ansible_network_os",
                             "ansible_distribution",
                             "ansible_hostname",
                             "ansible_fqdn",
                             "ansible_user_id",
                             "ansible_user_dir",
                             "ansible_facts",
                             "ansible_version",
                             "ansible_limit",
                             "ansible_timeout",
                             "ansible_os_family",
                             "ansible_group_priority",
                             "collector_skip",
                             "host",
                             "port",
                             "user",
                             "our_port",
                             "ansible_host2",
                             "possible_host"})
        QTest::newRow(name) << QByteArray(name);
}

void tst_inventorylint::knownAndForeignNamesAreNoFinding()
{
    QFETCH(QByteArray, name);
    QCOMPARE(lintOf("h1 " + name + "=1\n"), QByteArray());
}

void tst_inventorylint::valuesThatCannotWorkAreFound_data()
{
    QTest::addColumn<QByteArray>("line");
    QTest::addColumn<QByteArray>("expected");
    const QByteArray address = "hosts.ini:1: warning: ansible_host '10.0.0.300' looks like an address and is none\n"
                               "    -> four numbers from 0 to 255\n";
    QTest::newRow("a number too large") << QByteArray("h1 ansible_host=10.0.0.300\n") << address;
    QTest::newRow("the same of a template") << QByteArray("h1 ansible_host=10.0.0.{{n}} n=300\n") << address;
    for (const char *kind : {"winrm", "docker", "community.docker.docker", "ansible.netcommon.network_cli", "SSH"})
        QTest::newRow(kind)
            << "h1 ansible_connection=" + QByteArray(kind) + '\n'
            << "hosts.ini:1: warning: ansible_connection is " + QByteArray(kind) +
                   ", which is not collected over SSH: skipped in a run\n    -> collector_skip=true says that it is meant\n";
}

void tst_inventorylint::valuesThatCannotWorkAreFound()
{
    QFETCH(QByteArray, line);
    QFETCH(QByteArray, expected);
    QCOMPARE(lintOf(line), expected);
}

void tst_inventorylint::valuesOfNoHostAreNoFinding_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::newRow("an address") << QByteArray("h1 ansible_host=10.0.0.30\n");
    QTest::newRow("a name") << QByteArray("h1 ansible_host=10.example\n");
    QTest::newRow("an address of version 6") << QByteArray("h1 ansible_host=fd00::1\n");
    for (const char *kind : {"ssh", "smart", "paramiko", "paramiko_ssh", "local", "ansible.builtin.ssh"})
        QTest::newRow(kind) << "h1 ansible_connection=" + QByteArray(kind) + '\n';
    QTest::newRow("a host says better than its group") << QByteArray("h1 ansible_connection=ssh\n[all:vars]\nansible_connection=winrm\n");
    QTest::newRow("a host left out on purpose") << QByteArray("h1 ansible_connection=winrm collector_skip=yes\n");
}

void tst_inventorylint::valuesOfNoHostAreNoFinding()
{
    QFETCH(QByteArray, text);
    QCOMPARE(lintOf(text), QByteArray());
}

void tst_inventorylint::whatManyHostsShareIsToldOnce()
{
    QCOMPARE(lintOf("10.0.0.0/24\n10.0.0.7 ansible_connection=ssh\n[all:vars]\nansible_connection=winrm\n"),
             QByteArray("hosts.ini:4: warning: ansible_connection is winrm, which is not collected over SSH: skipped in a run (255 hosts)\n"
                        "    -> collector_skip=true says that it is meant\n"));
    QCOMPARE(lintOf("h0\nh[1:20] ansible_prot=1\nx ansible_prot=1\n[all:vars]\nansible_prot=1\n"),
             QByteArray("hosts.ini:2: warning: 'ansible_prot' is no variable that has an effect (22 hosts, 3 lines)\n"
                        "    -> did you mean ansible_port?\n"));
}

void tst_inventorylint::ofTwoFilesEachIsNamed()
{
    Folder folder;
    const QByteArray hosts = folder.write("hosts", "h1 ansible_prot=1\nh2\n");
    const QByteArray file = folder.path() + "/group_vars/all.yml";
    folder.write("group_vars/all.yml", "---\nansible_prot: 1\n");
    const LoadResult loaded = Inventory::load({hosts}, {});
    QVERIFY2(loaded, said(loaded).constData());
    const QList<Diagnostic> found = lintInventory(*loaded.inventory);
    QCOMPARE(found.size(), 2);
    QCOMPARE(std::pair(found[0].file, found[0].line), std::pair(file, 2));
    QCOMPARE(std::pair(found[1].file, found[1].line), std::pair(hosts, 1));
}

QTEST_GUILESS_MAIN(tst_inventorylint)
#include "tst_inventorylint.moc"
