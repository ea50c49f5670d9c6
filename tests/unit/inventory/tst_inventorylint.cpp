// What --lint says of variables that would let a run fail, and what it leaves alone.

#include "loaded.h"

#include "inventory/connectionvariables.h"
#include "inventory/lint.h"

#include <QElapsedTimer>
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
    void aPasswordOfAVaultMayComeAnotherWay();
    void valuesOfNoHostAreNoFinding_data();
    void valuesOfNoHostAreNoFinding();
    void whatManyHostsShareIsToldOnce();
    void ofTwoFilesEachIsNamed();
    void whatAFurtherSourceSetsAgainIsNoFinding();
    void aHostOfManyVariablesTakesNoLonger();
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
            << "h1 ansible_user=\"{{ of_no_use }}\" ansible_connection=" + QByteArray(kind) + '\n'
            << "hosts.ini:1: warning: ansible_connection is " + QByteArray(kind) +
                   ", which is not collected over SSH: skipped in a run\n    -> collector_skip=true says that it is meant\n";
    for (const char *port : {"0", "-1", "65536", "22.5", "1e9"})
        QTest::newRow(port) << "h1 ansible_port=" + QByteArray(port) + '\n'
                            << "hosts.ini:1: warning: ansible_port '" + (port == QByteArray("1e9") ? "1000000000.0" : QByteArray(port)) +
                                   "' is no port\n    -> a number from 1 to 65535\n";
    for (const char *name : {"ansible_host", "ansible_password", "ansible_become_password", "ansible_private_key_file", "ansible_ssh_args"})
        QTest::newRow(name) << QByteArray(name) + "=a\n[all:vars]\n" + name + "={{ vault_of_it }}\n"
                            << "hosts.ini:3: warning: " + QByteArray(name) +
                                   " cannot be used: the inventory has no variable 'vault_of_it' for this host\n"
                                   "    -> " +
                                   remedyOfVariable(name) + "; as it is, the host ends as bad_variable" +
                                   (isOfBecoming(name) ? " where it is to become another user\n" : "\n");
}

// A vault is where passwords are to be: not into the open with them.
void tst_inventorylint::aPasswordOfAVaultMayComeAnotherWay()
{
    QVERIFY(lintOf("h1 ansible_ssh_pass=\"{{ vault_it }}\"\n").contains("-> give --password-file or --ask-pass"));
    QVERIFY(lintOf("h1 ansible_become_pass=\"{{ vault_it }}\"\n").contains("-> give --become-password-file or --ask-become-pass"));
    QVERIFY(lintOf("h1 ansible_host=\"{{ vault_it }}\"\n").contains("-> give it a plain value;"));
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
    QTest::newRow("a host left out on purpose")
        << QByteArray("h1 ansible_connection=winrm ansible_password=\"{{ nope }}\" ansible_port=0 collector_skip=yes\n");
    for (const char *port : {"22", "022", "22.0", "ssh", "'22 '", "None"})
        QTest::newRow(port) << "h1 ansible_port=\"" + QByteArray(port) + "\"\n";
    QTest::newRow("a list of somebody's own") << QByteArray("h1\n[all:vars]\nansible_users=['a', 'b']\nansible_hosts={'a': 1}\n");
    QTest::newRow("the same value twice") << QByteArray("[a]\nh1 x=1 y=b\n[b]\nh1 x=1 y=b\n");
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
    QCOMPARE(lintOf("h[1:20]\n[all:vars]\nansible_user={{ nope }}\n"),
             QByteArray("hosts.ini:3: warning: ansible_user cannot be used: the inventory has no variable 'nope' for this host (20 hosts)\n"
                        "    -> give it a plain value; as it is, the host ends as bad_variable\n"));
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

void tst_inventorylint::whatAFurtherSourceSetsAgainIsNoFinding()
{
    Folder folder;
    const LoadResult loaded = Inventory::load({folder.write("base", "h1 x=1\n"), folder.write("ours", "\nh1 x=2\n")}, {});
    QVERIFY2(loaded, said(loaded).constData());
    QVERIFY(lintInventory(*loaded.inventory).isEmpty());
}

// A minute, when each was looked for behind each.
void tst_inventorylint::aHostOfManyVariablesTakesNoLonger()
{
    QByteArray text;
    for (int i = 0; i < 100'000; ++i)
        text += "h a" + QByteArray::number(i) + "=1 b=" + QByteArray::number(i) + '\n';
    QElapsedTimer timer;
    timer.start();
    QCOMPARE(lintOf(text).count("'b' of host 'h' is set in line"), 1000);
    QVERIFY2(timer.elapsed() < 20'000, QByteArray::number(timer.elapsed()).constData());
}

QTEST_GUILESS_MAIN(tst_inventorylint)
#include "tst_inventorylint.moc"
