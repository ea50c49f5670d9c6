#include "inventory/datanode.h"
#include "inventory/inventorylisting.h"
#include "inventory/selection.h"

#include <QDir>
#include <QTest>

using namespace collector;

namespace {

/// Where the inventories lie: NAME.ini with NAME.json, .err, .warn and .groups.json, what Ansible makes of them.
QString corpusFolder()
{
    return qEnvironmentVariable("COLLECTOR_INVENTORY_CORPUS", QStringLiteral(TEST_DATA "/inventories/probes"));
}

QByteArray contentOf(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

QByteArray canonical(const DataNode &node)
{
    qint64 budget = 10'000'000;
    const auto value = node.toValue(budget);
    QByteArray out;
    if (value)
        appendJson(out, *value);
    return out;
}

} // namespace

class tst_inventorycorpus final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void agreesWithAnsible_data();
    void agreesWithAnsible();
};

void tst_inventorycorpus::agreesWithAnsible_data()
{
    QTest::addColumn<QString>("name");
    const QDir folder(corpusFolder());
    const QStringList files = folder.entryList({QStringLiteral("*.ini")}, QDir::Files, QDir::Name);
    QVERIFY2(!files.isEmpty(), "the corpus is empty");
    for (const QString &file : files)
        QTest::newRow(qPrintable(file)) << file.chopped(4);
}

void tst_inventorycorpus::agreesWithAnsible()
{
    QFETCH(QString, name);
    const QDir folder(corpusFolder());
    const QString base = folder.filePath(name);
    const LoadResult loaded = Inventory::load({QFile::encodeName(base + QStringLiteral(".ini"))}, {});

    QByteArray said;
    for (const Diagnostic &diagnostic : loaded.diagnostics)
        said += diagnostic.toText();
    if (QFile::exists(base + QStringLiteral(".err"))) {
        QVERIFY2(!loaded, "Ansible refuses it");
        for (const Diagnostic &diagnostic : loaded.diagnostics)
            QVERIFY2(diagnostic.severity == Diagnostic::Warning || diagnostic.line > 0, said.constData());
        return;
    }
    QVERIFY2(loaded, said.constData());

    QByteArray listing;
    InventoryListing(*loaded.inventory, [&](const QByteArray &text) {
        listing += text;
        return true;
    }).list();
    const DataDocument mine = readJson(listing);
    const DataDocument theirs = readJson(contentOf(base + QStringLiteral(".json")));
    QVERIFY2(mine.root, mine.problem.constData());
    QVERIFY(theirs.root);
    QCOMPARE(canonical(*mine.root), canonical(*theirs.root));

    for (const QByteArray &line : contentOf(base + QStringLiteral(".warn")).split('\n')) {
        if (line.startsWith("[WARNING]:"))
            QVERIFY2(said.contains(line.mid(10).trimmed()), line.constData());
    }

    // --list hides empty groups, and who is in a group through another one.
    const DataDocument groups = readJson(contentOf(base + QStringLiteral(".groups.json")));
    if (!groups.root)
        return;
    const DataNode *all = groups.root->find("groups");
    QVERIFY(all);
    const auto hosts = Selection::make(loaded.inventory, {});
    if (!hosts.selection) {
        QCOMPARE(hosts.error, QByteArray("the inventory has no hosts"));
        return;
    }
    for (size_t i = 0; i + 1 < all->items.size(); i += 2) {
        const QByteArray group = *all->items[i]->text();
        const DataNode *members = all->items[i + 1]->find("hosts_all");
        QVERIFY2(loaded.inventory->hasGroup(group), group.constData());
        QVERIFY(members);
        QByteArrayList expected;
        for (const auto &member : members->items)
            expected.append(*member->text());
        QByteArrayList got;
        for (quint64 at = 0; at < hosts.selection->candidates(); ++at) {
            const auto host = hosts.selection->at(at);
            if (host && (group == "all" || host->groups().contains(group)))
                got.append(host->name());
        }
        std::sort(expected.begin(), expected.end()); // below two levels Ansible's own order changes from run to run
        std::sort(got.begin(), got.end());
        QCOMPARE(got, expected);
    }
}

QTEST_GUILESS_MAIN(tst_inventorycorpus)
#include "tst_inventorycorpus.moc"
