#include "cli/configuration.h"

#include <QDir>
#include <QTemporaryDir>
#include <QTest>

using namespace collector;

class tst_configuration final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void values_data();
    void values();
    void whatIsNotUnderstoodIsRefused_data();
    void whatIsNotUnderstoodIsRefused();
    void aFileIsReadToItsEndOrRefused();
    void aFileThatIsNotThere();
};

namespace {

// What a configuration is refused with; empty: it is taken.
template<typename Read>
QString refusalOf(const Read &read)
{
    try {
        (void)read();
    } catch (const UsageError &error) {
        return error.message();
    }
    return {};
}

} // namespace

void tst_configuration::values_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("name");
    QTest::addColumn<QStringList>("expected");
    const auto row = [](const char *tag, const QByteArray &text, const char *name, const QStringList &expected) {
        QTest::newRow(tag) << text << QString::fromLatin1(name) << expected;
    };
    const QStringList none, flag{QString()};
    row("blanks around both", "  user  =  ops  \r\n", "user", {QStringLiteral("ops")});
    row("comments and sections", "# user = a\n; user = b\n[user = c]\n", "user", none);
    row("the last one counts", "user = a\nuser = b\n", "user", {QStringLiteral("b")});
    row("what may stand again", "inventory = a\ninventory = b\n", "inventory", {QStringLiteral("a"), QStringLiteral("b")});
    row("lists are added", "vars = a,b\nvars = c\n", "vars", {QStringLiteral("a,b,c")});
    row("nothing is added to a list", "vars =\nvars = a\nvars =\n", "vars", {QStringLiteral("a")});
    row("an equals sign in the value", "ssh-command.command = a = b\n", "O", {QStringLiteral("ssh-command.command=a = b")});
    row("no comment behind a value", "limit = web # db\n", "limit", {QStringLiteral("web # db")});
    row("an empty value", "user =\n", "user", flag);
    row("letters of all languages", "user = j\xc3\xbcrgen\n", "user", {QString::fromUtf8("j\xc3\xbcrgen")});
    row("a flag's name alone", "become\n", "become", flag);
    row("a flag that is on", "become = On\n", "become", flag);
    row("a flag that is off", "become = no\n", "become", none);
    row("a flag that is off after all", "become = yes\nbecome = no\n", "become", none);
    row("a flag that is on after all", "become = no\nbecome = yes\n", "become", flag);
    row("a flag that counts", "verbose\nverbose = yes\n", "verbose", flag + flag);
    row("whom nobody contacts", "never = 10.0.0.0/8\nnever=printers, db\n", "never",
        {QStringLiteral("10.0.0.0/8"), QStringLiteral("printers, db")});
    row("a byte order mark before a name", "\xef\xbb\xbfnever = web\n", "never", {QStringLiteral("web")});
    row("a byte order mark before a comment", "\xef\xbb\xbf# of a.b\nnever = web\n", "never", {QStringLiteral("web")});
    row("a byte order mark in a value", "user = \xef\xbb\xbfops\n", "user", {QString(QChar(0xfeff)) + QStringLiteral("ops")});
    for (const char *name : {"identity", "password-file", "inventory", "output", "plugin-dir", "rerun"})
        row(qPrintable(QStringLiteral("%1 in the home").arg(QLatin1StringView(name))), name + QByteArray(" = ~/x/y"), name,
            {QDir::homePath() + QStringLiteral("/x/y")});
    row("a tilde that is no home", "limit = ~/x/y", "limit", {QStringLiteral("~/x/y")});
    row("a tilde of a plugin's", "ssh-command.command = ~/x", "O", {QStringLiteral("ssh-command.command=~/x")});
    row("no newline at the end", "user = a", "user", {QStringLiteral("a")});
}

void tst_configuration::values()
{
    QFETCH(const QByteArray, text);
    QFETCH(const QString, name);
    const CommandLine config = parseConfiguration(QStringLiteral("c"), text);
    QTEST(config.values(name), "expected");
    QVERIFY(config.foreign().isEmpty());
}

void tst_configuration::whatIsNotUnderstoodIsRefused_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("reason");
    const auto row = [](const char *tag, const QByteArray &text, const char *reason) {
        QTest::newRow(tag) << text << QString::fromLatin1(reason);
    };
    row("an unknown option", "\nusr = a\n", "c:2: unknown option --usr; did you mean --user?");
    row("one that has no place here", "config = d\n", "c:1: config has no place in a configuration");
    row("a flag that is neither", "resume = perhaps\n", "c:1: resume takes yes or no");
    row("an option without a value", "user\n", "c:1: user needs a value: user = NAME");
    row("a plugin's option without a value", "ping.count\n", "c:1: ping.count needs a value: ping.count = VALUE");
    // It was taken for the option of a plugin that is not selected, and forbade nothing.
    row("never without an equals sign", "user = a\nnever 10.0.0.0/8\n", "c:2: this is no line of `name = value`");
    row("never on two lines", "never =\n  10.0.0.0/8\n", "c:1: never forbids nobody here");
    row("a value on a line of its own", "never = 10.1.0.0/16,\n  10.2.0.0/16\n", "c:2: this is no line of `name = value`");
    row("never alone", "never\n", "c:1: never needs a value");
    row("a plugin's option of three parts", "ssh.command.command = x\n", "c:1: this is no line of `name = value`");
    row("no name", "= x\n", "c:1: this is no line of `name = value`");
    row("a name of a hundred thousand letters", QByteArray(100'000, 'x') + " = 1\n", "c:1: this is no line of `name = value`");
    row("a name that steers the terminal", "\x1b[2J = x\n", "c:1: this line is no text in UTF-8");
    // U+FFFD stood there instead, and matched nobody.
    row("a pattern in Latin-1", "never = \xe4rger\n", "c:1: this line is no text in UTF-8");
    row("a byte order mark further down", "user = a\n\xef\xbb\xbfnever = web\n", "c:2: this is no line of `name = value`");
    row("UTF-16", QByteArray("\xff\xfen\0e\0v\0e\0r\0=\0x\0\n\0", 16), "c:1: this line is no text in UTF-8");
    row("a NUL in a value", QByteArray("user = a\0b\n", 11), "c:1: this line is no text in UTF-8");
}

void tst_configuration::whatIsNotUnderstoodIsRefused()
{
    QFETCH(const QByteArray, text);
    QFETCH(const QString, reason);
    const QString refusal = refusalOf([&] { return parseConfiguration(QStringLiteral("c"), text); });
    QVERIFY2(refusal.startsWith(reason), qPrintable(refusal));
}

// What stood behind the first MiB was overlooked.
void tst_configuration::aFileIsReadToItsEndOrRefused()
{
    const QTemporaryDir folder;
    QFile file(folder.filePath(QStringLiteral("c")));
    const QByteArray forbids = "\nnever = web\n";
    for (const qsizetype size : {1 << 20, (1 << 20) + 1}) {
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(QByteArray(size - forbids.size(), '#') + forbids);
        file.close();
        QStringList never;
        const QString refusal = refusalOf([&] {
            never = readConfiguration(file.fileName()).values(QStringLiteral("never"));
            return never;
        });
        QCOMPARE(never.isEmpty(), size > (1 << 20));
        QCOMPARE(refusal, size > (1 << 20) ? file.fileName() + QStringLiteral(": more than 1 MiB is no configuration") : QString());
    }
}

void tst_configuration::aFileThatIsNotThere()
{
    const QString refusal = refusalOf([] { return readConfiguration(QStringLiteral("/nonexistent/c")); });
    QVERIFY2(refusal.startsWith(QStringLiteral("the configuration /nonexistent/c cannot be read: ")), qPrintable(refusal));
}

QTEST_GUILESS_MAIN(tst_configuration)
#include "tst_configuration.moc"
