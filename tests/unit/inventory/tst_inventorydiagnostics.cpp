// What is wrong with an inventory, or odd: said with its place, whole, and without a secret.

#include "loaded.h"

#include "inventory/lint.h"

#include <QTest>

using namespace collector;

class tst_inventorydiagnostics final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void reportsAllErrorsOfAFileWithTheirPlaces();
    void showsNoSecrets();
    void aWrongFileIsToldInTenErrors_data();
    void aWrongFileIsToldInTenErrors();
    void mistakesInAnInventoryAreAllTold();
    void ofManyWrongFilesEachIsTold();
    void ofHundredsOfWrongFilesTheLastAreCounted();
    void ofHundredsOfWarningsTheRestIsMentioned();
    void namesWhatIsNoInventory_data();
    void namesWhatIsNoInventory();
    void aByteOrderMarkIsNamed_data();
    void aByteOrderMarkIsNamed();
    void utf16IsNamed();
    void warnsOfVariableFilesThatLieElsewhere();
    void yamlErrorsHavePlaces();
    void aliasBombsAreRefused();
    void mergesThatMultiplyAreRefused();
    void numbersOfPythonsLengthAreRefused();
    void lintFindsWhatIsAllowed();
};

void tst_inventorydiagnostics::reportsAllErrorsOfAFileWithTheirPlaces()
{
    Folder folder;
    const QByteArray file = folder.write(
        "hosts.ini", "[ g ]\nskipped because of its header\n[web]\nh1 a=it's\n\xc3\xa4 x\n[db:vars]\nfoo: bar\n[web:children]\nnope\n");
    const LoadResult loaded = Inventory::load({file}, {});
    QVERIFY(!loaded);
    QList<std::pair<int, int>> places;
    for (const Diagnostic &diagnostic : loaded.diagnostics) {
        QCOMPARE(diagnostic.severity, Diagnostic::Error);
        QCOMPARE(diagnostic.file, file);
        QVERIFY2(!diagnostic.remedy.isEmpty(), diagnostic.message.constData());
        places.append({diagnostic.line, diagnostic.column});
    }
    const QList<std::pair<int, int>> expected{{1, 1}, {4, 8}, {5, 3}, {7, 1}, {6, 1}, {9, 1}};
    QCOMPARE(places, expected);
    QCOMPARE(loaded.diagnostics[1].text, QByteArray("h1 a=it's"));
}

void tst_inventorydiagnostics::showsNoSecrets()
{
    Folder folder;
    const QByteArray file = folder.write("hosts.ini", "h1 ansible_password=hunter2 oops\n-----BEGIN x y\nh2 api_token='hunter2\n");
    const LoadResult loaded = Inventory::load({file}, {});
    QVERIFY(!loaded);
    QCOMPARE(loaded.diagnostics.size(), 3);
    QVERIFY2(!said(loaded).contains("hunter2"), said(loaded).constData());
    for (const char *name : {"ansible_password", "API_TOKEN", "ansible_ssh_private_key_file", "snmp_secret", "api-key"})
        QVERIFY2(isSecretName(name), name);
    for (const char *name : {"private_ip", "begin", "author", "ssh_key_type", "site"})
        QVERIFY2(!isSecretName(name), name);
}

void tst_inventorydiagnostics::aWrongFileIsToldInTenErrors_data()
{
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<QByteArray>("rest"); // empty: all are listed
    const QByteArray text = "Some text of which no line is a host.\n\nnor-here\n";
    QTest::newRow("a log") << QByteArray("2026-11-28 10:00:01 it went on\n").repeated(400) << QByteArray("390 more errors");
    QTest::newRow("a text with paragraphs") << text.repeated(100) << QByteArray("90 more errors");
    QTest::newRow("a list of JSON") << "{\"web\": [\n" + QByteArray("{},\n").repeated(59) + "{}\n]}\n" << QByteArray("50 more errors");
    QTest::newRow("a binary") << (QByteArray("x\n").repeated(9) + QByteArray("a b\0\n", 5)).repeated(60) << QByteArray("50 more errors");
    QTest::newRow("fifty-one") << text.repeated(51) << QByteArray("41 more errors");
    QTest::newRow("fifty, as a short inventory may have") << text.repeated(50) << QByteArray();
}

void tst_inventorydiagnostics::aWrongFileIsToldInTenErrors()
{
    QFETCH(QByteArray, content);
    QFETCH(QByteArray, rest);
    Folder folder;
    const QByteArray file = folder.write("README.md", content);
    const LoadResult loaded = Inventory::load({file, file + ".gone"}, {});
    QVERIFY(!loaded);
    const qsizetype own = rest.isEmpty() ? 50 : 11;
    QCOMPARE(loaded.diagnostics.size(), own + 1);
    if (!rest.isEmpty())
        QCOMPARE(loaded.diagnostics[10].toText(), file + ": error: " + rest + "; the file may be no inventory at all\n");
    QVERIFY2(loaded.diagnostics.last().toText().contains(".gone"), said(loaded).constData());
}

void tst_inventorydiagnostics::mistakesInAnInventoryAreAllTold()
{
    Folder folder;
    const auto loaded = [&](int mistakes) {
        return Inventory::load({folder.write("hosts", QByteArray("a\nb x=1\nc\nd\ne oops\n").repeated(mistakes))}, {});
    };
    QCOMPARE(loaded(60).diagnostics.size(), 60);
    const LoadResult many = loaded(130);
    QCOMPARE(many.diagnostics.size(), 101);
    QVERIFY2(many.diagnostics.last().toText().endsWith("/hosts: error: 30 more errors, not listed\n"), said(many).constData());
    const QByteArray atItsTop = QByteArray("h ansible_host = a\n").repeated(80) + QByteArray("h ansible_host=a\n").repeated(500);
    QCOMPARE(Inventory::load({folder.write("hosts", atItsTop)}, {}).diagnostics.size(), 80);
}

void tst_inventorydiagnostics::ofManyWrongFilesEachIsTold()
{
    Folder folder;
    for (int i = 10; i < 50; ++i)
        folder.write("notes/" + QByteArray::number(i), QByteArray("of these lines\n").repeated(100));
    const LoadResult loaded = Inventory::load({folder.path() + "/notes"}, {});
    QCOMPARE(loaded.diagnostics.size(), 2 * 40);
    for (int i = 0; i < 40; ++i) {
        QVERIFY(loaded.diagnostics[2 * i].file.endsWith("/" + QByteArray::number(10 + i)));
        QCOMPARE(loaded.diagnostics[2 * i].line, 1);
        QVERIFY(loaded.diagnostics[2 * i + 1].message.startsWith("99 more errors"));
    }
}

// The hundred and first was the last, and nothing said so.
void tst_inventorydiagnostics::ofHundredsOfWarningsTheRestIsMentioned()
{
    Folder folder;
    const auto loaded = [&](int groups) {
        QByteArray json;
        for (int i = 0; i < groups; ++i)
            json += (i == 0 ? "{\"g" : ", \"g") + QByteArray::number(i) + "\": 5";
        return Inventory::load({folder.write("hosts.json", json + '}')}, {});
    };
    const QByteArray more = "collector: -i: warning: there are more warnings, not listed\n";
    QCOMPARE(loaded(100).diagnostics.size(), 100);
    QVERIFY2(!said(loaded(100)).contains(more), said(loaded(100)).constData());
    QCOMPARE(loaded(500).diagnostics.size(), 101);
    QVERIFY2(said(loaded(500)).contains(more), said(loaded(500)).constData());
}

// Of a folder that holds something else the errors fill no more than some screens.
void tst_inventorydiagnostics::ofHundredsOfWrongFilesTheLastAreCounted()
{
    Folder folder;
    for (int i = 100; i < 400; ++i)
        folder.write("notes/" + QByteArray::number(i), QByteArray("of these lines\n").repeated(3));
    const LoadResult loaded = Inventory::load({folder.path() + "/notes"}, {});
    QCOMPARE(loaded.diagnostics.size(), 3 * 67 + 1);
    QVERIFY(loaded.diagnostics[3 * 66].file.endsWith("/166"));
    QVERIFY2(said(loaded).contains("collector: -i: error: errors in 233 more files, not listed\n"), said(loaded).constData());
}

void tst_inventorydiagnostics::namesWhatIsNoInventory_data()
{
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<QByteArray>("what");
    QTest::newRow("an ansible.cfg") << QByteArray("# c\n[defaults]\ninventory = hosts\n") << QByteArray("ansible.cfg");
    QTest::newRow("a private key") << QByteArray("-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1\n") << QByteArray("a key");
    QTest::newRow("a playbook") << QByteArray("---\n- hosts: all\n  tasks: []\n") << QByteArray("playbook");
    QTest::newRow("a vault") << QByteArray("$ANSIBLE_VAULT;1.1;AES256\n3031\n") << QByteArray("ansible-vault");
}

void tst_inventorydiagnostics::namesWhatIsNoInventory()
{
    QFETCH(QByteArray, content);
    QFETCH(QByteArray, what);
    Folder folder;
    const LoadResult loaded = Inventory::load({folder.write("given", content)}, {});
    QVERIFY(!loaded);
    QVERIFY2(said(loaded).contains(what), said(loaded).constData());
    QVERIFY(!said(loaded).contains("b3BlbnNzaC1"));
}

void tst_inventorydiagnostics::aByteOrderMarkIsNamed_data()
{
    QTest::addColumn<QByteArray>("name");
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<QByteArray>("host"); // empty: refused
    const QByteArray json("{\n\"web\": {\"hosts\": [\"h1\"]}}");
    QTest::newRow("a section") << QByteArray("hosts.ini") << QByteArray("[web]\nh1\n") << QByteArray();
    QTest::newRow("a section of variables") << QByteArray("hosts.ini") << QByteArray("[all:vars]\nx=1\n") << QByteArray();
    QTest::newRow("a comment") << QByteArray("hosts.ini") << QByteArray("# ours\r\nh1\r\n") << QByteArray();
    QTest::newRow("a host") << QByteArray("hosts.ini") << QByteArray("h1\n") << QByteArray("\xef\xbb\xbfh1");
    QTest::newRow("YAML by its ending") << QByteArray("hosts.yml") << QByteArray("web:\n  hosts:\n    h1:\n") << QByteArray("h1");
    QTest::newRow("YAML by its content") << QByteArray("hosts") << QByteArray("web:\n  hosts:\n    h1:\n") << QByteArray("h1");
    QTest::newRow("YAML of two groups") << QByteArray("hosts.yml") << QByteArray("web:\n  hosts:\n    h1:\ndb:\n") << QByteArray("h1");
    QTest::newRow("YAML with a beginning") << QByteArray("hosts") << QByteArray("---\nweb:\n  hosts:\n    h1:\n") << QByteArray("h1");
    QTest::newRow("JSON by its content") << QByteArray("hosts") << json << QByteArray("h1");
}

// To Ansible's reader of INI it is a letter like others, and what comes of that is hard to see.
void tst_inventorydiagnostics::aByteOrderMarkIsNamed()
{
    QFETCH(QByteArray, name);
    QFETCH(QByteArray, content);
    QFETCH(QByteArray, host);
    Folder folder;
    const LoadResult loaded = Inventory::load({folder.write(name, "\xef\xbb\xbf" + content)}, {});
    const bool isNamed = !loaded.diagnostics.isEmpty() && loaded.diagnostics.first().message.contains("byte order mark");
    QCOMPARE(isNamed, name.endsWith(".ini"));
    QCOMPARE(loaded.diagnostics.size(), isNamed ? 1 : 0);
    QCOMPARE(loaded.inventory == nullptr, host.isEmpty());
    if (!host.isEmpty())
        QCOMPARE(hostsOf(loaded), QByteArrayList{host});
}

// Its lines were hosts, and a run tried to resolve them.
void tst_inventorydiagnostics::utf16IsNamed()
{
    Folder folder;
    LoadOptions options;
    for (const QByteArray &text : {QByteArray("\xff\xfeh\0001\0\n\0", 8), QByteArray("\xfe\xff\0h\0001\0\n", 8)}) {
        options.standardInput = [&] { return text; };
        for (const QByteArray &source : {folder.write("hosts.txt", text), folder.write("hosts.yml", text), QByteArray("-")}) {
            const LoadResult loaded = Inventory::load({source}, options);
            QVERIFY(!loaded);
            QCOMPARE(loaded.diagnostics.size(), 1);
            QVERIFY2(said(loaded).contains("is written in UTF-16\n    -> save it as UTF-8"), said(loaded).constData());
        }
    }
}

// With Ansible those of the playbook count, which lies where one stands.
void tst_inventorydiagnostics::warnsOfVariableFilesThatLieElsewhere()
{
    Folder folder;
    folder.write("inventory/hosts", "web01\n");
    folder.write("group_vars/all.yml", "ansible_user: deploy\n");
    const QString before = QDir::currentPath();
    QVERIFY(QDir::setCurrent(QFile::decodeName(folder.path())));
    const LoadResult elsewhere = Inventory::load({"inventory/hosts"}, {});
    const LoadResult none = Inventory::load({"web01,"}, {});
    QVERIFY(QFile::link(QStringLiteral("../group_vars"), QStringLiteral("inventory/group_vars")));
    const LoadResult beside = Inventory::load({"inventory/hosts"}, {});
    QDir::setCurrent(before);
    QVERIFY(elsewhere && none && beside);
    QCOMPARE(elsewhere.diagnostics.size(), 1);
    QVERIFY2(said(elsewhere).contains("group_vars: warning: is not read"), said(elsewhere).constData());
    QVERIFY2(none.diagnostics.isEmpty(), said(none).constData());
    QVERIFY2(beside.diagnostics.isEmpty(), said(beside).constData());
    QCOMPARE(valueOf(beside, "web01", "ansible_user"), QJsonValue(QStringLiteral("deploy")));
}

void tst_inventorydiagnostics::yamlErrorsHavePlaces()
{
    Folder folder;
    const LoadResult syntax = Inventory::load({folder.write("a.yml", "web:\n  hosts:\n    a: @x\n")}, {});
    QVERIFY(!syntax);
    QCOMPARE(syntax.diagnostics.first().line, 3);
    QCOMPARE(syntax.diagnostics.first().column, 8);
    QCOMPARE(syntax.diagnostics.first().text, QByteArray("    a: @x"));

    const LoadResult shape = Inventory::load({folder.write("b.yml", "web:\n  hosts:\n    - a\n    - b\ndb:\n  hosts:\n    5:\n")}, {});
    QVERIFY(!shape);
    QCOMPARE(shape.diagnostics.size(), 2);
    QCOMPARE(shape.diagnostics[0].line, 2);
    QCOMPARE(shape.diagnostics[0].text, QByteArray("  hosts:"));
    QCOMPARE(shape.diagnostics[1].line, 7);
    QCOMPARE(shape.diagnostics[1].column, 5);
    QCOMPARE(shape.diagnostics[1].text, QByteArray("    5:"));

    const LoadResult plugin = Inventory::load({folder.write("c.yml", "plugin: aws_ec2\n")}, {});
    QVERIFY(said(plugin).contains("aws_ec2"));
}

void tst_inventorydiagnostics::aliasBombsAreRefused()
{
    QByteArray text = "a: &a0 [x,x,x,x,x,x,x,x,x,x]\n";
    for (int i = 1; i < 12; ++i) {
        const QByteArray one = "*a" + QByteArray::number(i - 1);
        text += "b" + QByteArray::number(i) + ": &a" + QByteArray::number(i) + " [" + QByteArrayList(10, one).join(',') + "]\n";
    }
    Folder folder;
    folder.write("group_vars/all.yml", text);
    const LoadResult loaded = Inventory::load({folder.write("hosts.ini", "h\n")}, {});
    QVERIFY(!loaded);
    QVERIFY2(said(loaded).contains("aliases"), said(loaded).constData());
}

// Each of 20,000 small mappings would be of 1000 keys.
void tst_inventorydiagnostics::mergesThatMultiplyAreRefused()
{
    QByteArray text = "base: &base\n";
    for (int i = 0; i < 1000; ++i)
        text += "  k" + QByteArray::number(i) + ": 1\n";
    text += "all:\n" + QByteArray("  - {<<: *base}\n").repeated(20'000);
    Folder folder;
    folder.write("group_vars/all.yml", text);
    const LoadResult loaded = Inventory::load({folder.write("hosts.ini", "h\n")}, {});
    QVERIFY(!loaded);
    QVERIFY2(said(loaded).contains("<< brings in too many keys"), said(loaded).constData());
}

void tst_inventorydiagnostics::numbersOfPythonsLengthAreRefused()
{
    const QByteArray digits = QByteArray("1").repeated(4301);
    Folder folder;
    for (const QByteArray &number : {digits, "0x" + digits}) {
        folder.write("group_vars/all.yml", "x: " + number + "\n");
        const LoadResult loaded = Inventory::load({folder.write("hosts.ini", "h\n")}, {});
        QVERIFY(!loaded);
        QVERIFY2(said(loaded).contains("too large"), said(loaded).constData());
    }
}

void tst_inventorydiagnostics::lintFindsWhatIsAllowed()
{
    Folder folder;
    const LoadResult loaded =
        Inventory::load({folder.write("hosts.ini", "[empty]\n[web]\n10.0.0.300\nh, ansible_host=\"{{ nope }}\"\ndup a=1\ndup a=2\n")}, {});
    QVERIFY2(loaded, said(loaded).constData());
    QByteArray found;
    for (const Diagnostic &diagnostic : lintInventory(*loaded.inventory))
        found += diagnostic.toText();
    for (const char *finding : {"group 'empty' is empty", "'10.0.0.300' looks like an address", "'h,' has a comma",
                                "ansible_host cannot be used", "'a' of host 'dup' is set in line 5"})
        QVERIFY2(found.contains(finding), found.constData());
    QVERIFY(lintInventory(*Inventory::load({folder.write("good.ini", "[web]\na x=1\n")}, {}).inventory).isEmpty());
}

QTEST_GUILESS_MAIN(tst_inventorydiagnostics)
#include "tst_inventorydiagnostics.moc"
