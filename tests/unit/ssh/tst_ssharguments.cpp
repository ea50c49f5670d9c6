// SshArguments: the words that Ansible hands to ssh.

#include "ssh/ssharguments.h"

#include <QTest>

using namespace collector;

class TestSshArguments : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void understood_data();
    void understood();
    void refused_data();
    void refused();
};

void TestSshArguments::understood_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("settings"); // word=value;…
    QTest::addColumn<QByteArray>("unsupported");
    QTest::newRow("nothing") << QByteArray("  ") << QByteArray() << QByteArray();
    QTest::newRow("Ansible's own default") << QByteArray("-C -o ControlMaster=auto -o ControlPersist=60s") << QByteArray()
                                           << QByteArray("-C ControlMaster ControlPersist");
    QTest::newRow("proxy command in quotes") << QByteArray("-o ProxyCommand=\"ssh -W %h:%p -q gate\"")
                                             << QByteArray("ProxyCommand=ssh -W %h:%p -q gate;") << QByteArray();
    QTest::newRow("proxy command, all in quotes")
        << QByteArray("'-o ProxyCommand=ssh -W \"%h\":%p gate'") << QByteArray("ProxyCommand=ssh -W \"%h\":%p gate;") << QByteArray();
    QTest::newRow("values apart and joined") << QByteArray("-p 2222 -lops -i /k -J a,b")
                                             << QByteArray("Port=2222;User=ops;IdentityFile=/k;ProxyJump=a,b;") << QByteArray();
    QTest::newRow("several in a word") << QByteArray("-4C -qp2222") << QByteArray("AddressFamily=inet;Port=2222;") << QByteArray("-C");
    QTest::newRow("host key checking off") << QByteArray("-o StrictHostKeyChecking=no -oUserKnownHostsFile=/dev/null")
                                           << QByteArray("StrictHostKeyChecking=off;UserKnownHostsFile=/dev/null;") << QByteArray();
    QTest::newRow("with a value that is not for us") << QByteArray("-S none -p 22") << QByteArray("Port=22;") << QByteArray("-S");
    QTest::newRow("a word that nobody knows") << QByteArray("-o Nonsense=1 -p 22") << QByteArray("Port=22;") << QByteArray("Nonsense");
    QTest::newRow("escaped blank") << QByteArray("-i /a\\ b") << QByteArray("IdentityFile=/a b;") << QByteArray();
}

void TestSshArguments::understood()
{
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, settings);
    QFETCH(QByteArray, unsupported);
    SshOverrides overrides;
    QString error;
    const auto parsed = SshArguments::parse(text, "hosts.ini:3", overrides, &error);
    QVERIFY2(parsed, qPrintable(error));
    QByteArray found;
    for (const SshStatement &statement : overrides.statements()) {
        found += sshWordName(statement.word) + '=' + statement.values.join(' ') + ';';
        QCOMPARE(statement.origin, QByteArray("hosts.ini:3"));
    }
    QCOMPARE(found, settings);
    QCOMPARE(parsed->unsupported.join(' '), unsupported);
}

void TestSshArguments::refused_data()
{
    QTest::addColumn<QByteArray>("text");
    for (const char *text : {"-p", "-p x", "-Z", "--jump x", "word", "-o 'Port=22", "-", "-J :22", "-o Port=0"})
        QTest::newRow(text) << QByteArray(text);
}

void TestSshArguments::refused()
{
    QFETCH(QByteArray, text);
    SshOverrides overrides;
    QString error;
    QVERIFY(!SshArguments::parse(text, "hosts.ini:3", overrides, &error));
    QVERIFY(!error.isEmpty());
}

QTEST_GUILESS_MAIN(TestSshArguments)
#include "tst_ssharguments.moc"
