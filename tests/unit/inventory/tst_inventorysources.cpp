// Sources of every kind, alone and together, and what they make of hosts and variables.

#include "loaded.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QTest>

#include <limits>

using namespace collector;

class tst_inventorysources final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void depthNameAndPriorityDecide();
    void resolvesTemplates();
    void whatIsNoTemplateOfOursIsNeverUsed();
    void readsStandardInput();
    void anAddressMayStandInBrackets();
    void readsAnExecutable();
    void asksAnExecutableForEachHost_data();
    void asksAnExecutableForEachHost();
    void reportsWhatAnExecutableDoesWrong_data();
    void reportsWhatAnExecutableDoesWrong();
    void readsAFolderInOrder();
    void readsVariableFiles();
    void aLinkThatLeadsNowhereHidesNothing();
    void variablesWithoutEndAreRefused();
    void aLinkToAFolderAboveIsPassedOver();
    void tagsMeanWhatPyYamlMakesOfThem_data();
    void tagsMeanWhatPyYamlMakesOfThem();
    void integersOfAnySizeKeepTheirDigits();
    void aPortBehindAKnownNameChangesNothing_data();
    void aPortBehindAKnownNameChangesNothing();
    void laterSourcesAdd();
    void aListAddsWhomNobodyKnows();
    void networksStandInFiles();
    void aHostOfItsOwnInheritsFromItsNetwork();
};

void tst_inventorysources::depthNameAndPriorityDecide()
{
    Folder folder;
    const QByteArray file =
        folder.write("hosts.ini", "[a]\nh\n[b]\nh\n[child]\nh\n[a:children]\nchild\n[all:vars]\nx=all\ny=all\nz=all\np=all\n"
                                  "[a:vars]\nx=a\ny=a\nz=a\np=a\nansible_group_priority=10\n[b:vars]\nx=b\ny=b\n[child:vars]\nx=child\n");
    const LoadResult loaded = Inventory::load({file}, {});
    QVERIFY2(loaded, said(loaded).constData());
    QCOMPARE(valueOf(loaded, "h", "x"), QJsonValue(QStringLiteral("child"))); // deeper
    QCOMPARE(valueOf(loaded, "h", "y"), QJsonValue(QStringLiteral("a")));     // priority beats the name
    QCOMPARE(valueOf(loaded, "h", "z"), QJsonValue(QStringLiteral("a")));     // any group beats all
    QCOMPARE(loaded.inventory->find("h")->groups(), (QByteArrayList{"a", "b", "child"}));
    QCOMPARE(loaded.inventory->find("h")->groupsJson(), QByteArray("[\"a\",\"b\",\"child\"]"));
    const auto x = loaded.inventory->find("h")->variable("x");
    QCOMPARE(x->file, file);
    QCOMPARE(x->line, 24);
}

void tst_inventorysources::resolvesTemplates()
{
    Folder folder;
    const LoadResult loaded = Inventory::load(
        {folder.write("hosts.ini", "[web]\nh.example.com n=5 ansible_host=\"{{ inventory_hostname }}\" ansible_port=\"{{ n }}\" "
                                   "u=\"{{inventory_hostname_short}}-{{ n }}\" g=\"{{ group_names }}\" deep=\"{{ u }}!\"\n")},
        {});
    QVERIFY2(loaded, said(loaded).constData());
    QCOMPARE(valueOf(loaded, "h.example.com", "ansible_host"), QJsonValue(QStringLiteral("h.example.com")));
    QCOMPARE(valueOf(loaded, "h.example.com", "ansible_port"), QJsonValue(5));
    QCOMPARE(valueOf(loaded, "h.example.com", "u"), QJsonValue(QStringLiteral("h-5")));
    QCOMPARE(valueOf(loaded, "h.example.com", "g"), QJsonValue(QJsonArray{QStringLiteral("web")}));
    QCOMPARE(valueOf(loaded, "h.example.com", "deep"), QJsonValue(QStringLiteral("h-5!")));
}

void tst_inventorysources::whatIsNoTemplateOfOursIsNeverUsed()
{
    Folder folder;
    folder.write("group_vars/all.yml", "secret: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  3031\nraw: !unsafe '{{ x }}'\n");
    const LoadResult loaded = Inventory::load(
        {folder.write("hosts.ini",
                      "h a=\"{{ lookup('env','HOME') }}\" b=\"{{ missing }}\" c=\"{% if x %}\" d=\"{{ d }}\" e=\"{{ secret }}\" f=\"{{ a\" "
                      "g=\"{{ d }}{{ d }}\"\n")},
        {});
    QVERIFY2(loaded, said(loaded).constData());
    const auto host = loaded.inventory->find("h");
    for (const char *name : {"a", "b", "c", "d", "f", "g"}) {
        QCOMPARE(host->variable(name)->state, Variable::Template);
        QVERIFY(!host->variable(name)->problem.isEmpty());
    }
    QCOMPARE(host->variable("secret")->state, Variable::Vault);
    QCOMPARE(host->variable("e")->state, Variable::Vault);
    QCOMPARE(host->variable("raw")->state, Variable::Ready);
    QCOMPARE(host->variable("secret")->line, 1);
    QVERIFY(host->variable("secret")->file.endsWith("group_vars/all.yml"));
}

void tst_inventorysources::readsStandardInput()
{
    LoadOptions options;
    options.standardInput = [] {
        return QByteArray("# list\nweb1 # one\n\nops@web2:2222\n10.0.0.0/31\n192.0.2.1,192.0.2.2 192.0.2.3\n[2001:db8::5]:22\r\n");
    };
    const LoadResult loaded = Inventory::load({"-"}, options);
    QVERIFY2(loaded, said(loaded).constData());
    QCOMPARE(hostsOf(loaded),
             (QByteArrayList{"web1", "web2", "10.0.0.0", "10.0.0.1", "192.0.2.1", "192.0.2.2", "192.0.2.3", "2001:db8::5"}));
    QCOMPARE(valueOf(loaded, "web2", "ansible_user"), QJsonValue(QStringLiteral("ops")));
    QCOMPARE(valueOf(loaded, "web2", "ansible_port"), QJsonValue(2222));

    options.standardInput = [] { return QByteArray(" {\"web\": [\"a\", \"b\"], \"_meta\": {\"hostvars\": {\"a\": {\"x\": 1}}}}"); };
    const LoadResult json = Inventory::load({"-"}, options);
    QVERIFY2(json, said(json).constData());
    QCOMPARE(hostsOf(json), (QByteArrayList{"a", "b"}));
    QCOMPARE(valueOf(json, "a", "x"), QJsonValue(1));

    options.standardInput = [] { return QByteArray("\xef\xbb\xbfweb1\r\nweb2\r\n"); };
    const LoadResult marked = Inventory::load({"-"}, options);
    QVERIFY2(marked, said(marked).constData());
    QCOMPARE(hostsOf(marked), (QByteArrayList{"web1", "web2"}));

    options.standardInput = [] { return QByteArray("web1\n10.0.0.0/40\n"); };
    const LoadResult wrong = Inventory::load({"-"}, options);
    QVERIFY(!wrong);
    QCOMPARE(wrong.diagnostics.first().line, 2);
}

void tst_inventorysources::anAddressMayStandInBrackets()
{
    const LoadResult loaded = Inventory::load({"[::1],[2001:db8::5]:2222,ops@[2001:db8::6],n[1:2]"}, {});
    QVERIFY2(loaded, said(loaded).constData());
    QCOMPARE(hostsOf(loaded), (QByteArrayList{"::1", "2001:db8::5", "2001:db8::6", "n1", "n2"}));
    QCOMPARE(valueOf(loaded, "2001:db8::5", "ansible_port"), QJsonValue(2222));
    QCOMPARE(valueOf(loaded, "2001:db8::6", "ansible_user"), QJsonValue(QStringLiteral("ops")));
}

void tst_inventorysources::readsAnExecutable()
{
    Folder folder;
    const QByteArray script =
        folder.write("dynamic",
                     "#!/bin/sh\n[ \"$1\" = --list ] || exit 9\necho note >&2\n"
                     "echo '{\"web\": {\"hosts\": [\"a\"], \"vars\": {\"g\": 1.0}, \"children\": [\"leaf\"]}, \"leaf\": [\"b\"],'\n"
                     "echo '\"_meta\": {\"hostvars\": {\"a\": {\"x\": true}, \"elsewhere\": {\"x\": 1}}}}'\n",
                     true);
    QByteArray heard;
    LoadOptions options;
    options.dynamicStderr = [&](const QByteArray &text) { heard += text; };
    const LoadResult loaded = Inventory::load({script}, options);
    QVERIFY2(loaded, said(loaded).constData());
    QCOMPARE(hostsOf(loaded), (QByteArrayList{"a", "b"}));
    QCOMPARE(valueOf(loaded, "a", "x"), QJsonValue(true));
    QCOMPARE(valueOf(loaded, "b", "g"), QJsonValue(1.0));
    QCOMPARE(heard, QByteArray("note\n"));
}

void tst_inventorysources::asksAnExecutableForEachHost_data()
{
    QTest::addColumn<QByteArray>("more");
    QTest::newRow("that has no _meta") << QByteArray();
    QTest::newRow("whose _meta has no hostvars") << QByteArray(R"(, "_meta": {})");
    QTest::newRow("whose hostvars are null") << QByteArray(R"(, "_meta": {"hostvars": null})");
}

void tst_inventorysources::asksAnExecutableForEachHost()
{
    QFETCH(QByteArray, more);
    Folder folder;
    const QByteArray script =
        R"(#!/bin/sh
case $1 in
--list) echo '{"web": ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"])" +
        more + R"(}';;
--host) [ $2 = b ] || echo "{\"me\": \"$2\"}";;
esac
)";
    const LoadResult loaded = Inventory::load({folder.write("dynamic", script, true)}, {});
    QVERIFY2(loaded, said(loaded).constData());
    QCOMPARE(hostsOf(loaded).size(), 10);
    QCOMPARE(valueOf(loaded, "a", "me"), QJsonValue(QStringLiteral("a")));
    QCOMPARE(valueOf(loaded, "j", "me"), QJsonValue(QStringLiteral("j")));
    QVERIFY(valueOf(loaded, "b", "me").isUndefined());
}

void tst_inventorysources::reportsWhatAnExecutableDoesWrong_data()
{
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<QByteArray>("complaint");
    QTest::newRow("a status") << QByteArray("echo broken >&2; exit 3") << QByteArray("ended with status 3: broken");
    QTest::newRow("a signal") << QByteArray("kill -9 $$") << QByteArray("ended by a signal");
    QTest::newRow("no answer") << QByteArray("sleep 600 & sleep 600") << QByteArray("gave no answer within 0.3 s");
    QTest::newRow("bad JSON") << QByteArray("echo '{\"a\": ['; echo ' oops]}'") << QByteArray(":2:2: error:");
    QTest::newRow("an escape that is none") << QByteArray("printf '%s\\n' '{\"a\": [\"\\u0x1f\"]}'")
                                            << QByteArray("an escape in a text is none");
    QTest::newRow("no object") << QByteArray("echo '[1]'") << QByteArray("no JSON object");
    QTest::newRow("hosts that are no list") << QByteArray("echo '{\"web\": {\"hosts\": 5}}'") << QByteArray("they have to be a list");
    QTest::newRow("a host that is no text") << QByteArray("echo '{\"web\": [5], \"_meta\": {\"hostvars\": {}}}'")
                                            << QByteArray("the name of a host is a text");
    QTest::newRow("nothing") << QByteArray("true") << QByteArray("the document ends where a value is expected");
}

void tst_inventorysources::reportsWhatAnExecutableDoesWrong()
{
    QFETCH(QByteArray, body);
    QFETCH(QByteArray, complaint);
    Folder folder;
    LoadOptions options;
    options.dynamicTimeout = complaint.contains("0.3 s") ? std::chrono::milliseconds(300) : std::chrono::milliseconds(60'000);
    const LoadResult loaded = Inventory::load({folder.write("dynamic", "#!/bin/sh\n" + body + '\n', true)}, options);
    QVERIFY(!loaded);
    QVERIFY2(said(loaded).contains(complaint), said(loaded).constData());
}

void tst_inventorysources::readsAFolderInOrder()
{
    Folder folder;
    folder.write("inv/20-more", "[web]\nb x=2\n");
    folder.write("inv/10-base", "[web]\na x=1\nb x=1\n");
    folder.write("inv/30.yml", "web:\n  vars: {y: 1}\n");
    folder.write("inv/sub/c", "c\n");
    for (const char *ignored :
         {"inv/x.ini", "inv/x.cfg", "inv/.x", "inv/x~", "inv/x.bak", "inv/README.md", "inv/x.retry", "inv/group_vars/web.txt"})
        folder.write(ignored, "[ broken\n");
    const LoadResult loaded = Inventory::load({folder.path() + "/inv"}, {});
    QVERIFY2(loaded, said(loaded).constData());
    QCOMPARE(hostsOf(loaded), (QByteArrayList{"c", "a", "b"})); // `ungrouped` comes first
    QCOMPARE(valueOf(loaded, "b", "x"), QJsonValue(2));
    QCOMPARE(valueOf(loaded, "a", "y"), QJsonValue(1));
}

void tst_inventorysources::readsVariableFiles()
{
    Folder folder;
    const QByteArray file = folder.write("hosts.ini", "[web]\nh a=host b=host\n10.0.0.0/24\n[web:vars]\nc=ini\n");
    folder.write("group_vars/all.yml", "a: all\nc: all\nd: all\n");
    folder.write("group_vars/web/1.yml", "c: one\ne: 0755\n");
    folder.write("group_vars/web/2.json", "{\"c\": \"two\"}");
    folder.write("group_vars/web/.hidden.yml", "c: hidden\n");
    folder.write("group_vars/web.yml", "c: passed over, for there is a folder\n");
    folder.write("group_vars/nobody.yml", "- not even looked at\n");
    folder.write("host_vars/h.yml", "b: file\n");
    folder.write("host_vars/10.0.0.7", "b: single\n");
    const LoadResult loaded = Inventory::load({file}, {});
    QVERIFY2(loaded, said(loaded).constData());
    QCOMPARE(valueOf(loaded, "h", "a"), QJsonValue(QStringLiteral("host")));
    QCOMPARE(valueOf(loaded, "h", "b"), QJsonValue(QStringLiteral("file")));
    QCOMPARE(valueOf(loaded, "h", "c"), QJsonValue(QStringLiteral("two")));
    QCOMPARE(valueOf(loaded, "h", "d"), QJsonValue(QStringLiteral("all")));
    QCOMPARE(valueOf(loaded, "h", "e"), QJsonValue(493));
    QCOMPARE(valueOf(loaded, "10.0.0.7", "b"), QJsonValue(QStringLiteral("single")));
    QCOMPARE(valueOf(loaded, "10.0.0.7", "c"), QJsonValue(QStringLiteral("two")));
    QVERIFY(valueOf(loaded, "10.0.0.8", "b").isUndefined());
    QCOMPARE(hostsOf(loaded).size(), 257);
}

void tst_inventorysources::aLinkThatLeadsNowhereHidesNothing()
{
    Folder folder;
    folder.write("group_vars/all.yml", "x: 1\n");
    QVERIFY(QFile::link(QStringLiteral("nowhere"), QFile::decodeName(folder.path() + "/group_vars/all")));
    const LoadResult loaded = Inventory::load({folder.write("hosts.ini", "h\n")}, {});
    QVERIFY2(loaded, said(loaded).constData());
    QCOMPARE(valueOf(loaded, "h", "x"), QJsonValue(1));
}

void tst_inventorysources::variablesWithoutEndAreRefused()
{
    Folder folder;
    folder.write("group_vars/web.yml", "x: 1\n");
    QVERIFY(QFile::link(QStringLiteral("/dev/zero"), QFile::decodeName(folder.path() + "/group_vars/all")));
    LoadOptions options;
    options.largestYamlFile = 1 << 20;
    const LoadResult loaded = Inventory::load({folder.write("hosts.ini", "h\n")}, options);
    QVERIFY(!loaded);
    QVERIFY2(said(loaded).contains("is larger than 1 MiB"), said(loaded).constData());
}

// One such link was an error, of two the end was not seen.
void tst_inventorysources::aLinkToAFolderAboveIsPassedOver()
{
    Folder folder;
    folder.write("inv/hosts", "h\n");
    folder.write("inv/group_vars/all/main.yml", "x: 1\n");
    for (const char *link : {"inv/current", "inv/previous", "inv/group_vars/all/here", "inv/group_vars/all/there"})
        QVERIFY(QFile::link(QStringLiteral("."), QFile::decodeName(folder.path() + '/' + link)));
    const LoadResult loaded = Inventory::load({folder.path() + "/inv"}, {});
    QVERIFY2(loaded, said(loaded).constData());
    QCOMPARE(hostsOf(loaded), QByteArrayList{"h"});
    QCOMPARE(valueOf(loaded, "h", "x"), QJsonValue(1));
}

void tst_inventorysources::tagsMeanWhatPyYamlMakesOfThem_data()
{
    QTest::addColumn<QByteArray>("value");
    QTest::addColumn<QByteArray>("json");      // empty: refused
    QTest::addColumn<QByteArray>("complaint"); // then
    QTest::newRow("an omap") << QByteArray("!!omap [a: 1, b: [2]]") << QByteArray(R"([["a",1],["b",[2]]])") << QByteArray();
    QTest::newRow("pairs") << QByteArray("!!pairs [a: 1, a: 2]") << QByteArray(R"([["a",1],["a",2]])") << QByteArray();
    QTest::newRow("an omap of more") << QByteArray("!!omap [{a: 1, b: 2}]") << QByteArray() << QByteArray("one `key: value` in each item");
    QTest::newRow("a timestamp") << QByteArray("[!!timestamp 2001-01-01]") << QByteArray(R"(["2001-01-01"])") << QByteArray();
    QTest::newRow("a set") << QByteArray("!!set {a, b}") << QByteArray() << QByteArray("a set (!!set) has no form in JSON");
    QTest::newRow("a set in a list") << QByteArray("[{x: !!set {a}}]") << QByteArray() << QByteArray("a set (!!set) has no form in JSON");
    QTest::newRow("a set as key") << QByteArray("{!!set {a}: 1}") << QByteArray() << QByteArray("cannot be a key");
    QTest::newRow("binary") << QByteArray("!!binary aGVsbG8=") << QByteArray() << QByteArray("binary data (!!binary) has no form in JSON");
    QTest::newRow("numbers that are equal are one key") << QByteArray("[{1: a, 1.0: b}]") << QByteArray(R"([{"1":"b"}])") << QByteArray();
    QTest::newRow("an anchor twice") << QByteArray("[&a 1, &a 2]") << QByteArray() << QByteArray("anchor 'a' is given a second time");
    QTest::newRow("one of nobody's") << QByteArray("!!nope x") << QByteArray() << QByteArray("not understood");
}

// As with ansible-inventory, a set is an error only where a host has it.
void tst_inventorysources::tagsMeanWhatPyYamlMakesOfThem()
{
    QFETCH(QByteArray, value);
    QFETCH(QByteArray, json);
    QFETCH(QByteArray, complaint);
    Folder folder;
    const QByteArray text = "web:\n  hosts:\n    h:\n      v: " + value + "\n";
    const LoadResult loaded = Inventory::load({folder.write("hosts.yml", text)}, {});
    QCOMPARE(static_cast<bool>(loaded), complaint.isEmpty());
    QVERIFY2(said(loaded).contains(complaint), said(loaded).constData());
    if (loaded)
        QCOMPARE(QJsonDocument(valueOf(loaded, "h", "v").toArray()).toJson(QJsonDocument::Compact), json);
    if (complaint.contains("JSON")) {
        const LoadResult ofNobody =
            Inventory::load({folder.write("b.yml", "web:\n  vars:\n    v: " + value + "\ndb: {hosts: {h: }}\n")}, {});
        QVERIFY2(ofNobody, said(ofNobody).constData());
    }
}

// As numbers of JSON they would have been others.
void tst_inventorysources::integersOfAnySizeKeepTheirDigits()
{
    Folder folder;
    const LoadResult loaded =
        Inventory::load({folder.write("hosts.ini", "h a=9223372036854775807 b=18446744073709551617 c=[-9223372036854775809]\n")}, {});
    QVERIFY2(loaded, said(loaded).constData());
    QCOMPARE(valueOf(loaded, "h", "a"), QJsonValue(std::numeric_limits<qint64>::max()));
    QCOMPARE(valueOf(loaded, "h", "b"), QJsonValue(QStringLiteral("18446744073709551617")));
    QCOMPARE(valueOf(loaded, "h", "c"), QJsonValue(QJsonArray{QStringLiteral("-9223372036854775809")}));
}

// Whether a range is spelled out or, for its size, is not: to Ansible a port counts with the first name of a host alone.
void tst_inventorysources::aPortBehindAKnownNameChangesNothing_data()
{
    QTest::addColumn<QByteArray>("last");
    QTest::newRow("a short range") << QByteArray("20");
    QTest::newRow("a long one") << QByteArray("50000");
}

void tst_inventorysources::aPortBehindAKnownNameChangesNothing()
{
    QFETCH(QByteArray, last);
    Folder folder;
    const QByteArray behind = "h[1:" + last + "]\n[a]\nh5:2222 x=1\n";
    const LoadResult later = Inventory::load({folder.write("behind", behind)}, {});
    QVERIFY2(later, said(later).constData());
    QVERIFY(valueOf(later, "h5", "ansible_port").isUndefined());
    QCOMPARE(valueOf(later, "h5", "x"), QJsonValue(1));
    QVERIFY2(said(later).contains("behind:3:1: warning: the port has no effect"), said(later).constData());

    const QByteArray before = "h5\nh6:23\nh7 ansible_port=24\n[a]\nh[1:" + last + "]:99 x=1\n";
    const LoadResult known = Inventory::load({folder.write("before", before)}, {});
    QVERIFY2(known, said(known).constData());
    QVERIFY(valueOf(known, "h5", "ansible_port").isUndefined());
    QCOMPARE(valueOf(known, "h6", "ansible_port"), QJsonValue(23));
    QCOMPARE(valueOf(known, "h7", "ansible_port"), QJsonValue(24));
    QCOMPARE(valueOf(known, "h8", "ansible_port"), QJsonValue(99));
    QCOMPARE(valueOf(known, "h7", "x"), QJsonValue(1));

    const LoadResult same = Inventory::load({folder.write("same", "h5:22\nh6 ansible_port=23\n[a]\nh5:22\nh6:23\n")}, {});
    QVERIFY2(said(same).isEmpty(), said(same).constData());
}

void tst_inventorysources::laterSourcesAdd()
{
    Folder folder;
    const QByteArray one = folder.write("one/hosts.ini", "[web]\na x=1\n");
    const QByteArray two = folder.write("two/hosts.yml", "web:\n  hosts:\n    a: {x: 2}\n    b:\n");
    folder.write("one/group_vars/web", "g: one\nh: one\n");
    folder.write("two/group_vars/all", "h: two\n");
    folder.write("two/group_vars/web", "g: two\n");
    const LoadResult loaded = Inventory::load({one, two, "c,"}, {});
    QVERIFY2(loaded, said(loaded).constData());
    QCOMPARE(hostsOf(loaded), (QByteArrayList{"c", "a", "b"}));
    QCOMPARE(valueOf(loaded, "a", "x"), QJsonValue(2));
    QCOMPARE(valueOf(loaded, "a", "g"), QJsonValue(QStringLiteral("two")));
    QCOMPARE(valueOf(loaded, "a", "h"), QJsonValue(QStringLiteral("one")));
    QVERIFY(loaded.sha256 != Inventory::load({two, one, "c,"}, {}).sha256);
}

// Ansible's list adds only whom it does not know yet: the port of the others stays.
void tst_inventorysources::aListAddsWhomNobodyKnows()
{
    Folder folder;
    const QByteArray file = folder.write("hosts.yml", "all:\n  hosts:\n    n1:\n    web1:2222:\n    r1:\n");
    const LoadResult loaded = Inventory::load({file, "web1:22,h7,"}, {});
    QVERIFY2(loaded, said(loaded).constData());
    QCOMPARE(hostsOf(loaded), (QByteArrayList{"n1", "web1", "r1", "h7"}));
    QCOMPARE(valueOf(loaded, "web1", "ansible_port"), QJsonValue(2222));
}

void tst_inventorysources::networksStandInFiles()
{
    Folder folder;
    const LoadResult loaded = Inventory::load(
        {folder.write(
            "hosts.ini",
            "[lan]\n10.0.0.0/8 ansible_user=ops\n10.0.0.1/24\n[lo]\n127.0.0.1-127.0.0.3\n[big]\nn[0:99999999]\n[big:vars]\nx=1\n")},
        {});
    QVERIFY2(loaded, said(loaded).constData());
    QVERIFY(said(loaded).contains("'10.0.0.1/24' is not the address of a network"));
    QCOMPARE(valueOf(loaded, "10.1.2.3", "ansible_user"), QJsonValue(QStringLiteral("ops")));
    QCOMPARE(loaded.inventory->find("127.0.0.2")->groups(), QByteArrayList{"lo"});
    QCOMPARE(valueOf(loaded, "n12345678", "x"), QJsonValue(1));
    QVERIFY(!loaded.inventory->find("n100000000"));
    const auto all = Selection::make(loaded.inventory, {});
    QCOMPARE(all.selection->candidates(), quint64((1 << 24) + 1 + 3 + 100'000'000));
    QCOMPARE(all.selection->at(all.selection->candidates() - 1)->name(), QByteArray("n99999999"));
}

void tst_inventorysources::aHostOfItsOwnInheritsFromItsNetwork()
{
    Folder folder;
    const LoadResult loaded = Inventory::load(
        {folder.write(
            "hosts.ini",
            "[early]\n10.0.0.5 a=own\n[lan]\n10.0.0.0/24 a=lan b=lan\n10.1.0.0/16\n[late]\n10.0.0.6 b=own\n[part]\n10.0.0.0/30 b=part\n")},
        {});
    QVERIFY2(loaded, said(loaded).constData());
    QCOMPARE(loaded.inventory->find("10.0.0.5")->groups(), (QByteArrayList{"early", "lan"}));
    QCOMPARE(valueOf(loaded, "10.0.0.5", "a"), QJsonValue(QStringLiteral("lan"))); // said last
    QCOMPARE(loaded.inventory->find("10.0.0.6")->groups(), (QByteArrayList{"lan", "late"}));
    QCOMPARE(valueOf(loaded, "10.0.0.6", "a"), QJsonValue(QStringLiteral("lan")));
    QCOMPARE(valueOf(loaded, "10.0.0.6", "b"), QJsonValue(QStringLiteral("own")));
    QCOMPARE(loaded.inventory->find("10.0.0.2")->groups(), (QByteArrayList{"lan", "part"}));
    QCOMPARE(valueOf(loaded, "10.0.0.2", "b"), QJsonValue(QStringLiteral("part")));
    QCOMPARE(valueOf(loaded, "10.0.0.9", "b"), QJsonValue(QStringLiteral("lan")));
    QByteArrayList names = hostsOf(loaded);
    QCOMPARE(names.size(), 256 + 65536);
    std::sort(names.begin(), names.end());
    QVERIFY(std::adjacent_find(names.begin(), names.end()) == names.end());
}

QTEST_GUILESS_MAIN(tst_inventorysources)
#include "tst_inventorysources.moc"
