#include "output/compare/recorddiff.h"

#include "records.h"

#include <QTest>

#include <algorithm>

using namespace collector;

class TestRecordDiff : public QObject
{
    Q_OBJECT

    static QByteArray told(const QByteArray &before, const QByteArray &after, HostChange *host = nullptr)
    {
        const FactClasses classes(someManifests());
        RecordDiff diff(classes);
        const auto left = RecordView::of(before), right = RecordView::of(after);
        if (!left || !right)
            qFatal("no record");
        QList<QByteArray> lines;
        const HostChange change = diff.compare(*left, *right, [&](const FactChange &fact) {
            lines.append(className(fact.factClass).toByteArray() + ' ' + fact.path.toByteArray() + ' ' + fact.before.toByteArray() +
                         (fact.kind == FactChange::Kind::Items ? " => " : " -> ") + fact.after.toByteArray());
        });
        if (host)
            *host = change;
        std::sort(lines.begin(), lines.end());
        return lines.join("; ");
    }

private Q_SLOTS:
    void facts_data()
    {
        QTest::addColumn<QByteArray>("before");
        QTest::addColumn<QByteArray>("after");
        QTest::addColumn<QByteArray>("expected");
        const auto row = [](const char *name, const QByteArray &before, const QByteArray &after, const QByteArray &expected) {
            QTest::newRow(name) << before << after << expected;
        };
        row("nothing changed", json("'kernel':'6.1'"), json("'kernel':'6.1'"), "");
        row("another order", json("'kernel':'6.1','machine_id':'a'"), json("'machine_id':'a','kernel':'6.1'"), "");
        row("a value", json("'kernel':'6.1'"), json("'kernel':'6.2'"), json("configuration kernel '6.1' -> '6.2'"));
        row("classes", json("'machine_id':'a','memtotal_mb':1"), json("'machine_id':'b','memtotal_mb':2"),
            json("hardware memtotal_mb 1 -> 2; identity machine_id 'a' -> 'b'"));
        row("noise is never told", json("'uptime_seconds':1"), json("'uptime_seconds':2"), "");
        row("a fact that nobody declares is configuration", json("'odd':1"), json("'odd':2"), "configuration odd 1 -> 2");
        row("a pattern", json("'eth0_speed':1"), json("'eth0_speed':10"), "hardware eth0_speed 1 -> 10");
        row("below an object", json("'loadavg':{'1m':0.5,'5m':1}"), json("'loadavg':{'1m':0.7,'5m':1}"),
            json("state loadavg['1m'] 0.5 -> 0.7"));
        row("of a sensitive fact only that it changed", json("'env':{'TOKEN':'a'}"), json("'env':{'TOKEN':'b'}"),
            json("sensitive env.TOKEN '***' -> '***'"));
        row("a fact that came", "", json("'kernel':'6.1'"), json("configuration kernel  -> '6.1'"));
        row("a fact that went", json("'kernel':'6.1'"), "", json("configuration kernel '6.1' -> "));
        row("the middle of three went", json("'a':1,'b':2,'c':3"), json("'a':1,'c':3"), "configuration b 2 -> ");
        row("key with a dot", json("'eth0.100':{'mtu':1500}"), json("'eth0.100':{'mtu':9000}"),
            json("configuration ['eth0.100'].mtu 1500 -> 9000"));
        row("list of words", json("'flags':['a','b']"), json("'flags':['b','c']"), json("configuration flags ['a'] => ['c']"));
        row("list in another order", json("'dns':['a','b']"), json("'dns':['b','a']"), json("configuration dns ['a','b'] -> ['b','a']"));
        row("list that was empty", json("'dns':[]"), json("'dns':['b']"), json("configuration dns [] => ['b']"));
        row("items joined by name", json("'mounts':[{'mount':'/','options':'rw'},{'mount':'/srv','options':'rw'}]"),
            json("'mounts':[{'mount':'/srv','options':'ro'},{'mount':'/','options':'rw'}]"),
            json("configuration mounts['/srv'].options 'rw' -> 'ro'"));
        row("class of a member of an item", json("'mounts':[{'mount':'/','size_available':5}]"),
            json("'mounts':[{'mount':'/','size_available':4}]"), json("state mounts['/'].size_available 5 -> 4"));
        row("an item more", json("'mounts':[{'mount':'/'}]"), json("'mounts':[{'mount':'/'},{'mount':'/srv'}]"),
            json("configuration mounts['/srv']  -> {'mount':'/srv'}"));
        row("names that stand twice do not join", json("'mounts':[{'mount':'/a','device':'x'},{'mount':'/a','device':'y'}]"),
            json("'mounts':[{'mount':'/a','device':'x'},{'mount':'/a','device':'z'}]"),
            json("configuration mounts['y'] {'mount':'/a','device':'y'} -> ; configuration mounts['z']  -> {'mount':'/a','device':'z'}"));
        row("the only item of a list", json("'packages':{'bash':[{'version':'5.1'}]}"), json("'packages':{'bash':[{'version':'5.2'}]}"),
            json("configuration packages.bash[0].version '5.1' -> '5.2'"));
        row("free space of two mounts on one folder",
            json("'mounts':[{'mount':'/a','device':'x','free':1},{'mount':'/a','device':'x','free':2}]"),
            json("'mounts':[{'mount':'/a','device':'x','free':3},{'mount':'/a','device':'x','free':4}]"), "");
        row("two mounts on one folder", json("'mounts':[{'mount':'/a','fstype':'x','free':1},{'mount':'/a','fstype':'y','free':2}]"),
            json("'mounts':[{'mount':'/a','fstype':'x','free':3},{'mount':'/a','fstype':'z','free':4}]"),
            json("configuration mounts [{'mount':'/a','fstype':'y'}] => [{'mount':'/a','fstype':'z'}]"));
        row("a moment that was read twice", json("'boot_time':'2026-11-22T02:00:00Z'"), json("'boot_time':'2026-11-22T02:00:01Z'"), "");
        row("another boot", json("'boot_time':'2026-11-22T02:00:00Z'"), json("'boot_time':'2026-11-22T02:00:03Z'"),
            json("state boot_time '2026-11-22T02:00:00Z' -> '2026-11-22T02:00:03Z'"));
        row("nameless items", json("'ports':[{'port':1},{'port':3}]"), json("'ports':[{'port':1},{'port':2},{'port':3}]"),
            json("configuration ports [] => [{'port':2}]"));
        row("items that another tool laid out and escaped", json("'ports':[{'port':1,'of':'\xc3\xbc'},{'port':3}]"),
            json("'ports':[\n  {\n 'of': '\\u00fc',\n 'port': 1.0\n },\n {'port': 3}\n]"), "");
        row("words that another tool escaped", json("'dns':['\xc3\xbc','a']"), json("'dns': ['\\u00fc', 'a', 'b']"),
            json("configuration dns [] => ['b']"));
        row("a value that is laid out is told on one line", "", json("'a':{\n  'b': [\n 1,\r\n 2]\n}"),
            json("configuration a  -> {'b':[1,2]}"));
        row("object that became text", json("'a':{'b':1}"), json("'a':'x'"), json("configuration a {'b':1} -> 'x'"));
        row("null became a value", json("'a':null"), json("'a':1"), "configuration a null -> 1");
    }
    void facts()
    {
        QFETCH(QByteArray, before);
        QFETCH(QByteArray, after);
        QFETCH(QByteArray, expected);
        QCOMPARE(told(record("web01", "ok", collector::facts(before)), record("web01", "ok", collector::facts(after), "23")), expected);
    }

    void whatOneSideCannotKnowIsNoChange_data()
    {
        QTest::addColumn<QByteArray>("before");
        QTest::addColumn<QByteArray>("after");
        QTest::addColumn<QByteArray>("expected");
        const QByteArray whole = json(",'facts':{'kernel':'6.1','product_serial':'X'},'absent':{}");
        QTest::newRow("absent now") << record("a", "ok", whole)
                                    << record("a", "partial", json(",'facts':{'kernel':'6.1'},'absent':{'product_serial':'timeout'}"), "23",
                                              "bad_output")
                                    << json("state cause null -> 'bad_output'; state status 'ok' -> 'partial'");
        QTest::newRow("absent before") << record("a", "ok", json(",'facts':{'kernel':'6.1'},'absent':{'product_serial':'denied'}"))
                                       << record("a", "ok", whole) << QByteArray();
        QTest::newRow("below an absent path")
            << record("a", "ok", json(",'facts':{'devices':{'sda':{'serial':'1','size':2}}},'absent':{}"))
            << record("a", "ok", json(",'facts':{'devices':{'sda':{'size':2}}},'absent':{'devices.sda.serial':'denied'}")) << QByteArray();
        QTest::newRow("job failed now") << record("a", "ok", whole)
                                        << record("a", "failed", json(",'facts':{},'absent':{}"), "23", "shell_rejected")
                                        << json("state cause null -> 'shell_rejected'; state status 'ok' -> 'failed'");
        QTest::newRow("job was not run now") << record("a", "ok", json(",'facts':{'kernel':'6.1','ping':{'alive':true}},'absent':{}"))
                                                    .replace(json("'jobs':{"), json("'jobs':{'ping':{'status':'ok'},"))
                                             << record("a", "ok", json(",'facts':{'kernel':'6.1'},'absent':{}")) << QByteArray();
    }
    void whatOneSideCannotKnowIsNoChange()
    {
        QFETCH(QByteArray, before);
        QFETCH(QByteArray, after);
        QFETCH(QByteArray, expected);
        QCOMPARE(told(before, after), expected);
    }

    void host_data()
    {
        QTest::addColumn<QByteArray>("before");
        QTest::addColumn<QByteArray>("after");
        QTest::addColumn<int>("change");
        const QByteArray good = record("a", "ok", collector::facts(json("'kernel':'6.1'")));
        const QByteArray lost = record("a", "unreachable", collector::facts(""), "23", "connect_timeout");
        const QByteArray denied = record("a", "failed", collector::facts(""), "23", "auth_denied");
        const QByteArray untried = record("a", "cancelled", collector::facts(""), "23", "not_attempted");
        QTest::newRow("became unreachable") << good << lost << int(HostChange::Unreachable);
        QTest::newRow("returned") << lost << good << int(HostChange::Returned);
        QTest::newRow("still unreachable") << lost << lost << int(HostChange::None);
        QTest::newRow("failed") << good << denied << int(HostChange::None);
        QTest::newRow("was not tried") << good << untried << int(HostChange::Unknown);
    }
    void host()
    {
        QFETCH(QByteArray, before);
        QFETCH(QByteArray, after);
        QFETCH(int, change);
        HostChange seen = HostChange::None;
        const QByteArray lines = told(before, after, &seen);
        QCOMPARE(int(seen), change);
        if (seen != HostChange::None)
            QCOMPARE(lines, QByteArray());
    }

    void aNewHostKeyIsIdentity()
    {
        const auto with = [](const char *type, const char *key) {
            return record("a", "ok", collector::facts(""))
                .replace("\"connection\":null",
                         json("'connection':{'host_key_type':'") + type + json("','host_key':'") + key + json("','banner':'SSH-2.0-x'}"));
        };
        QCOMPARE(told(with("ssh-ed25519", "SHA256:a"), with("ssh-ed25519", "SHA256:b")),
                 json("identity connection.host_key 'SHA256:a' -> 'SHA256:b'"));
        QCOMPARE(told(with("ssh-rsa", "SHA256:a"), with("ssh-ed25519", "SHA256:b")),
                 json("configuration connection.host_key_type 'ssh-rsa' -> 'ssh-ed25519'"));
        QCOMPARE(told(record("a", "ok", collector::facts("")), with("ssh-rsa", "SHA256:a")), QByteArray());
    }
};

QTEST_APPLESS_MAIN(TestRecordDiff)
#include "tst_recorddiff.moc"
