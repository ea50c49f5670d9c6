#include "cli/runoptions.h"

#include <QTemporaryDir>
#include <QTest>

using namespace collector;

class tst_runoptions final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void theSystemsConfiguration_data();
    void theSystemsConfiguration();
    void placesOfAValue();
    void lists();

private:
    [[nodiscard]] QString path(const char *name) const { return m_folder.filePath(QString::fromLatin1(name)); }
    [[nodiscard]] RunOptions options(const QStringList &words, const char *system = "system") const
    {
        return RunOptions(CommandLine::parse(words), path(system));
    }

    QTemporaryDir m_folder;
};

void tst_runoptions::init()
{
    for (const auto &[name, text] :
         {std::pair("system", "never = web\nhost-keys = off\nuser = s\n"), std::pair("own", "never = db\nuser = o\n")}) {
        QFile file(path(name));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(text);
    }
    QFile::remove(path("link"));
    QVERIFY(QFile::link(path("system"), path("link")));
}

void tst_runoptions::theSystemsConfiguration_data()
{
    QTest::addColumn<QByteArray>("named");
    QTest::addColumn<QByteArray>("system");
    QTest::addColumn<bool>("isSystems");
    QTest::addColumn<QStringList>("never");
    const QString web = QStringLiteral("web"), db = QStringLiteral("db");
    QTest::newRow("unasked") << QByteArray() << QByteArray("system") << true << QStringList{web};
    QTest::newRow("by its name") << QByteArray("system") << QByteArray("system") << true << QStringList{web, web};
    QTest::newRow("by a link to it") << QByteArray("link") << QByteArray("system") << true << QStringList{web, web};
    QTest::newRow("another") << QByteArray("own") << QByteArray("system") << false << QStringList{db, web};
    QTest::newRow("another, and there is none") << QByteArray("own") << QByteArray("none") << false << QStringList{db};
    QTest::newRow("there is none") << QByteArray() << QByteArray("none") << false << QStringList();
}

void tst_runoptions::theSystemsConfiguration()
{
    QFETCH(const QByteArray, named);
    QFETCH(const QByteArray, system);
    const RunOptions found =
        options(named.isEmpty() ? QStringList() : QStringList{QStringLiteral("--config"), path(named.constData())}, system.constData());
    QTEST(found.isConfigOfSystem(), "isSystems");
    QTEST(found.never(), "never");
    QCOMPARE(found.value(QStringLiteral("host-keys")).has_value(), found.isConfigOfSystem());
}

void tst_runoptions::placesOfAValue()
{
    const QString user = QStringLiteral("user");
    const QStringList config{QStringLiteral("--config"), path("own")};
    QCOMPARE(options(config).shown(user), path("own") + QStringLiteral(": user"));
    QCOMPARE(options(config + QStringList{QStringLiteral("-u"), QStringLiteral("x")}).shown(user), QStringLiteral("--user"));
    QCOMPARE(options(config + QStringList{QStringLiteral("-u"), QStringLiteral("x")}).value(user), QStringLiteral("x"));
    QCOMPARE(options({}).shown(user), path("system") + QStringLiteral(": user"));
}

// Written as a person writes it: -p 'ping, ssh-facts' was no plugin.
void tst_runoptions::lists()
{
    using List = QStringList;
    QCOMPARE(listed({QStringLiteral("a,b"), QStringLiteral("c")}), List({QStringLiteral("a"), QStringLiteral("b"), QStringLiteral("c")}));
    QCOMPARE(listed({QStringLiteral(" a b , ,c,")}), List({QStringLiteral("a b"), QStringLiteral("c")}));
    QCOMPARE(listed({}), List());
    QCOMPARE(listed({QString(), QStringLiteral(" ")}), List());
}

QTEST_GUILESS_MAIN(tst_runoptions)
#include "tst_runoptions.moc"
