// Command line, host variable, group variable, configuration, ssh_config: for every setting that more than one of them may give, the first
// counts, and `collector explain` names it. Then the same by what hosts see.

#include "fleet/fleetprocess.h"

#include <QDir>
#include <QFileInfo>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <array>

using namespace collector;

namespace {

struct Ended
{
    int status;
    QString output;
    QString errors;
};

enum Level { Line, Host, Group, Config, File, levels };
constexpr std::array<const char *, levels> levelNames{"command line", "host", "group", "configuration", "ssh_config"};

// How one level says it, and what explain shows then: value and origin, `$` for the folder. Not said: it cannot be said there.
struct Said
{
    QString how;
    QString shown;
};

struct Setting
{
    const char *name;
    QString row; // of explain
    std::array<Said, levels> said;
    QString byDefault{};
    QStringList further{}; // of the command line
};

QString text(const char *latin)
{
    return QString::fromLatin1(latin);
}

// A variable of a host is on the inventory's second line, of its group on the fourth.
Setting setting(const char *name, const char *row, const QStringList &how, const QStringList &values, const QString &variable,
                const QString &option, const QString &byDefault = {}, const QStringList &further = {})
{
    Setting result{name, QString::fromUtf8(row), {}, byDefault, further};
    const QStringList origins{QStringLiteral("--") + option, variable + QStringLiteral(" ($/hosts.ini:2)"),
                              variable + QStringLiteral(" ($/hosts.ini:4)"), QStringLiteral("$/c.ini: ") + option,
                              QStringLiteral("$/ssh_config:2")};
    for (int level = 0; level < levels; ++level) {
        if (!how.value(level).isEmpty())
            result.said[size_t(level)] = {how[level], values[level] + u' ' + origins[level]};
    }
    return result;
}

QStringList words(const char *latin)
{
    return text(latin).split(u'|');
}

QList<Setting> settings()
{
    const auto args = text("ansible_ssh_common_args");
    const QStringList become{text("--become")};
    return {
        setting("user", "User", words("-u l|ansible_user=h|ansible_user=g|user = c|User s"), words("l|h|g|c|s"), text("ansible_user"),
                text("user")),
        setting("port", "Port", words("--port 21|ansible_port=22|ansible_port=23|port = 24|Port 25"), words("21|22|23|24|25"),
                text("ansible_port"), text("port")),
        setting("jump", "ProxyJump", words("-J l|ansible_ssh_common_args='-J h'|ansible_ssh_common_args='-J g'|jump = c|ProxyJump s"),
                words("l|h|g|c|s"), args, text("jump")),
        setting("key", "IdentityFile",
                words("--identity /l|ansible_ssh_private_key_file=/h|ansible_ssh_private_key_file=/g|identity = /c|IdentityFile /s"),
                words("/l|/h|/g|/c|/s"), text("ansible_ssh_private_key_file"), text("identity")),
        setting("only that key", "IdentitiesOnly",
                words("--identity /l|ansible_ssh_common_args='-o IdentitiesOnly=no'|ansible_ssh_common_args='-o IdentitiesOnly=no'|"
                      "identity = /c|IdentitiesOnly no"),
                words("yes|no|no|yes|no"), args, text("identity")),
        setting("host keys", "StrictHostKeyChecking",
                words("--host-keys off|ansible_ssh_common_args='-o StrictHostKeyChecking=accept-new'|ansible_ssh_common_args='-o "
                      "StrictHostKeyChecking=yes'|host-keys = accept-new|StrictHostKeyChecking yes"),
                words("off|accept-new|yes|accept-new|yes"), args, text("host-keys")),
        // What comes of it.
        {"policy",
         QStringLiteral("→ host keys"),
         {{{text("--host-keys off"), text("off")},
           {text("ansible_ssh_common_args='-o StrictHostKeyChecking=accept-new'"), text("accept-new")},
           {text("ansible_ssh_common_args='-o StrictHostKeyChecking=yes'"), text("strict")},
           {text("host-keys = accept-new"), text("accept-new")},
           {text("StrictHostKeyChecking yes"), text("strict")}}},
         text("strict")},
        setting("known hosts", "UserKnownHostsFile",
                words("--known-hosts $/l|ansible_ssh_common_args='-o UserKnownHostsFile=$/h'|ansible_ssh_common_args='-o "
                      "UserKnownHostsFile=$/g'|known-hosts = $/c|UserKnownHostsFile $/s"),
                words("$/l|$/h|$/g|$/c|$/s"), args, text("known-hosts")),
        {"where new keys go",
         QStringLiteral("→ new keys go to"),
         {{{text("--known-hosts $/l"), text("$/l")},
           {text("ansible_ssh_common_args='-o UserKnownHostsFile=$/h'"), text("$/h")},
           {text("ansible_ssh_common_args='-o UserKnownHostsFile=$/g'"), text("$/g")},
           {text("known-hosts = $/c"), text("$/c")},
           {text("UserKnownHostsFile $/s"), text("$/s")}}}},
        setting("system's known hosts", "GlobalKnownHostsFile",
                words("--known-hosts $/l|ansible_ssh_common_args='-o GlobalKnownHostsFile=$/h'|ansible_ssh_common_args='-o "
                      "GlobalKnownHostsFile=$/g'|known-hosts = $/c|GlobalKnownHostsFile $/s"),
                words("none|$/h|$/g|none|$/s"), args, text("known-hosts")),
        setting("connect timeout", "ConnectTimeout",
                words("--connect-timeout 500ms|ansible_ssh_common_args='-o ConnectTimeout=12'|ansible_ssh_common_args='-o "
                      "ConnectTimeout=13'|connect-timeout = 14|ConnectTimeout 15"),
                words("0.5|12|13|14|15"), args, text("connect-timeout")),
        {"ssh_config itself",
         QStringLiteral("HostKeyAlias"),
         {{{text("--ssh-config $/l.conf"), text("l $/l.conf:1")},
           {text("ansible_ssh_args='-F $/h.conf'"), text("h $/h.conf:1")},
           {text("ansible_ssh_args='-F $/g.conf'"), text("g $/g.conf:1")},
           {text("ssh-config = $/c.conf"), text("c $/c.conf:1")},
           {}}}},
        setting("transport", "→ transport",
                words("--transport openssh|collector_transport=native|collector_transport=openssh|transport = openssh|"),
                words("openssh|native|openssh|openssh|"), text("collector_transport"), text("transport"), text("native")),
        setting("password", "→ password", words("--password-file $/pw|ansible_password=h|ansible_password=g|password-file = $/pw|"),
                words("***|***|***|***|"), text("ansible_password"), text("password-file"), text("none")),
        setting("a password that is asked for", "→ password", words("-k|ansible_ssh_pass=h|ansible_ssh_pass=g|ask-pass|"),
                words("***|***|***|***|"), text("ansible_ssh_pass"), text("ask-pass"), text("none")),
        setting("become", "→ become", words("--become|ansible_become=off|ansible_become=yes|become = yes|"), words("yes|no|yes|yes|"),
                text("ansible_become"), text("become")),
        setting("become user", "→ become user", words("--become-user l|ansible_become_user=h|ansible_become_user=g|become-user = c|"),
                words("l|h|g|c|"), text("ansible_become_user"), text("become-user"), text("root default"), become),
        setting("become method", "→ become method",
                words("--become-method su|ansible_become_method=doas|ansible_become_method=sudo|become-method = su|"),
                words("su|doas|sudo|su|"), text("ansible_become_method"), text("become-method"), text("sudo default"), become),
        setting("become password", "→ become password",
                words("--become-password-file $/pw|ansible_become_password=h|ansible_become_password=g|become-password-file = $/pw|"),
                words("***|***|***|***|"), text("ansible_become_password"), text("become-password-file"), text("none"), become),
        {"a plugin's option",
         QStringLiteral("command line"),
         {{{text("--command l"), text("l")},
           {text("ssh_command_command=h"), text("h")},
           {text("ssh_command_command=g"), text("g")},
           {text("ssh-command.command = c"), text("c")},
           {}}},
         {},
         {text("-p"), text("ssh-command")}},
    };
}

} // namespace

class TestPrecedence : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void theFirstCounts_data();
    void theFirstCounts();
    void keysOfTheOthersAreNotOffered();
    void theEnvironmentIsOfTheCommandLine();
    void theEnvironmentsPasswordIsNobodyElses();
    void variablesAreWhatAnsibleMakesOfThem_data();
    void variablesAreWhatAnsibleMakesOfThem();
    void aPasswordOfBecomingUnderBothNames();
    void becomingIsLookedAtWhereItIsWanted();
    void aPluginsFileMayBeInTheHome();
    void whomTheInventoryHasSkipped();
    void aPluginsOptionAsAList();
    void offIsNotAConfigurations();
    void aCommandOfItsOwn();
    void aPasswordOfItsOwn();
    void aKeyOfItsOwn();
    void defaultKeysAreWhereTheOtherFilesAre();
    void knownHostsOfItsOwn();

private:
    [[nodiscard]] QString path(const QString &name) const { return m_folder.filePath(name); }
    void write(const QString &name, const QByteArray &text) const
    {
        QFile file(path(name));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(text);
        file.close();
        QVERIFY(file.setPermissions(QFile::ReadOwner | QFile::WriteOwner));
    }
    [[nodiscard]] QString inFolder(QString text) const { return text.replace(u'$', m_folder.path()); }
    Ended run(const QStringList &arguments) const;
    // The value and the place of a row.
    static QString row(const Ended &ended, const QString &name)
    {
        for (const QString &line : ended.output.split(u'\n')) {
            if (line.startsWith(QStringLiteral("  ") + name + QStringLiteral("  ")))
                return line.mid(2 + name.size()).simplified();
        }
        return {};
    }
    Ended explain(const Setting &setting, unsigned which) const;
    Ended collect(const FleetProcess &fleet, const QString &variables, const QString &configuration) const;

    QTemporaryDir m_folder;
    QProcessEnvironment m_environment = QProcessEnvironment::systemEnvironment();
};

void TestPrecedence::initTestCase()
{
    m_environment.remove(QStringLiteral("COLLECTOR_PASSWORD"));
    m_environment.remove(QStringLiteral("SSH_AUTH_SOCK"));
    for (const char letter : {'l', 'h', 'g', 'c'})
        write(QString(QLatin1Char(letter)) + QStringLiteral(".conf"), QByteArray("HostKeyAlias ") + letter + '\n');
    for (const char *known : {"l", "h", "g", "c", "s"})
        write(text(known), {});
    write(QStringLiteral("pw"), "common\n");
}

Ended TestPrecedence::run(const QStringList &arguments) const
{
    QProcess collector;
    collector.setProcessEnvironment(m_environment);
    collector.start(QStringLiteral(BUILD_DIR "/bin/collector"), arguments);
    if (!collector.waitForFinished(60000))
        qFatal("collector hangs");
    return {collector.exitCode(), QString::fromUtf8(collector.readAllStandardOutput()),
            QString::fromUtf8(collector.readAllStandardError())};
}

// With what the levels say whose bits are set.
Ended TestPrecedence::explain(const Setting &setting, unsigned which) const
{
    const auto how = [&](Level level) { return which & 1U << level ? inFolder(setting.said[level].how) : QString(); };
    write(QStringLiteral("hosts.ini"), "[web]\nw " + how(Host).toUtf8() + "\n[web:vars]\n" + how(Group).toUtf8() + '\n');
    write(QStringLiteral("c.ini"), how(Config).toUtf8() + '\n');
    write(QStringLiteral("ssh_config"), "Host w\n" + how(File).toUtf8() + '\n');
    QStringList arguments{QStringLiteral("explain"),         QStringLiteral("w"),        QStringLiteral("-i"),
                          path(QStringLiteral("hosts.ini")), QStringLiteral("--config"), path(QStringLiteral("c.ini"))};
    if (!setting.said[File].how.isEmpty())
        arguments << QStringLiteral("--ssh-config") << path(QStringLiteral("ssh_config"));
    return run(arguments + setting.further + how(Line).split(u' ', Qt::SkipEmptyParts));
}

void TestPrecedence::theFirstCounts_data()
{
    QTest::addColumn<int>("number");
    QTest::addColumn<unsigned>("which");
    const QList<Setting> all = settings();
    for (int number = 0; number < all.size(); ++number) {
        const auto &said = all[number].said;
        for (int high = 0; high < levels; ++high) {
            for (int low = high; low < levels; ++low) {
                if (said[size_t(high)].how.isEmpty() || said[size_t(low)].how.isEmpty())
                    continue;
                QTest::addRow("%s: %s%s%s", all[number].name, levelNames[size_t(high)], high == low ? "" : " above ",
                              high == low ? "" : levelNames[size_t(low)])
                    << number << (1U << high | 1U << low);
            }
        }
        if (!all[number].byDefault.isEmpty())
            QTest::addRow("%s: default", all[number].name) << number << 0U;
    }
}

void TestPrecedence::theFirstCounts()
{
    QFETCH(const int, number);
    QFETCH(const unsigned, which);
    const Setting setting = settings().at(number);
    QString expected = setting.byDefault;
    for (size_t level = levels; level-- > 0;) {
        if (which & 1U << level)
            expected = setting.said[level].shown;
    }
    const Ended ended = explain(setting, which);
    QVERIFY2(ended.status == 0, qPrintable(ended.errors));
    QCOMPARE(row(ended, setting.row), inFolder(expected));
}

// IdentityFile adds up in ssh; what --identity names is offered alone, and a host's own keys not beside those of a configuration.
void TestPrecedence::keysOfTheOthersAreNotOffered()
{
    const QList<Setting> all = settings();
    const auto key = std::find_if(all.begin(), all.end(), [](const Setting &each) { return QByteArrayView(each.name) == "key"; });
    const auto files = [&](unsigned which) {
        QStringList result;
        for (const QString &line : explain(*key, which).output.split(u'\n')) {
            if (line.startsWith(QStringLiteral("  IdentityFile ")))
                result.append(line.simplified().section(u' ', 1, 1));
        }
        return result.join(u' ');
    };
    constexpr unsigned line = 1U << Line, host = 1U << Host, config = 1U << Config, file = 1U << File;
    QCOMPARE(files(line | host | config | file), QStringLiteral("/l"));
    QCOMPARE(files(host | config | file), QStringLiteral("/h /s"));
    QCOMPARE(files(host | file), QStringLiteral("/h /s")); // as without the configuration
    QCOMPARE(files(config | file), QStringLiteral("/c"));
}

void TestPrecedence::theEnvironmentIsOfTheCommandLine()
{
    const QList<Setting> all = settings();
    const auto password = std::find_if(all.begin(), all.end(), [](const Setting &each) { return QByteArrayView(each.name) == "password"; });
    m_environment.insert(QStringLiteral("COLLECTOR_PASSWORD"), QStringLiteral("secret"));
    const auto clean = qScopeGuard([this] { m_environment.remove(QStringLiteral("COLLECTOR_PASSWORD")); });
    QCOMPARE(row(explain(*password, 1U << Host | 1U << Config), password->row), QStringLiteral("*** COLLECTOR_PASSWORD"));
    QCOMPARE(row(explain(*password, 1U << Line), password->row), QStringLiteral("*** --password-file"));
    // The file of a configuration is no reason not to ask.
    m_environment.remove(QStringLiteral("COLLECTOR_PASSWORD"));
    Setting asked = *password;
    asked.said[Line].how = text("-k");
    QCOMPARE(row(explain(asked, 1U << Line | 1U << Config), asked.row), QStringLiteral("*** --ask-pass"));
}

// It was taken from the environment only once the inventory's program had run.
void TestPrecedence::theEnvironmentsPasswordIsNobodyElses()
{
    write(QStringLiteral("dynamic"),
          inFolder(text("#!/bin/sh\nenv >$/seen\necho '{\"g\": {\"hosts\": [\"127.0.1.1\"]}, \"_meta\": {}}'\n")).toUtf8());
    QVERIFY(QFile::setPermissions(path(QStringLiteral("dynamic")), QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner));
    m_environment.insert(QStringLiteral("COLLECTOR_PASSWORD"), QStringLiteral("secret"));
    const auto clean = qScopeGuard([this] { m_environment.remove(QStringLiteral("COLLECTOR_PASSWORD")); });
    const QStringList hosts{QStringLiteral("-i"), path(QStringLiteral("dynamic"))};
    const QStringList ping{QStringLiteral("-p"), QStringLiteral("ping"), QStringLiteral("--method"), QStringLiteral("tcp")};
    for (const QStringList &arguments : {hosts + ping, QStringList{QStringLiteral("explain"), QStringLiteral("127.0.1.1")} + hosts,
                                         QStringList{QStringLiteral("inventory"), QStringLiteral("--list")} + hosts}) {
        const Ended ended = run(arguments);
        QVERIFY2(ended.status == 0, qPrintable(ended.errors));
        QFile seen(path(QStringLiteral("seen")));
        QVERIFY(seen.open(QIODevice::ReadOnly));
        const QByteArray all = seen.readAll();
        QVERIFY(all.contains("PATH="));
        QVERIFY(!all.contains("COLLECTOR_PASSWORD"));
        QVERIFY(seen.remove());
    }
}

void TestPrecedence::variablesAreWhatAnsibleMakesOfThem_data()
{
    QTest::addColumn<QString>("variable");
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("shown");
    QTest::newRow("a fraction") << "ansible_user=1234.50"
                                << "User"
                                << "1234.5";
    QTest::newRow("more digits than 64 bits") << "ansible_user=12345678901234567890"
                                              << "User"
                                              << "12345678901234567890";
    QTest::newRow("a truth value") << "ansible_user=True"
                                   << "User"
                                   << "True";
    QTest::newRow("a host") << "ansible_host=10.1"
                            << "target"
                            << "10.1";
    QTest::newRow("a port with a point") << "ansible_port=2222.0"
                                         << "Port"
                                         << "2222";
    QTest::newRow("a user under both names") << "ansible_user=a ansible_ssh_user=b"
                                             << "User"
                                             << "b";
    QTest::newRow("a port under both names") << "ansible_port=1 ansible_ssh_port=2"
                                             << "Port"
                                             << "2";
    QTest::newRow("a host under both names") << "ansible_host=a ansible_ssh_host=b"
                                             << "target"
                                             << "b";
    QTest::newRow("no checking of host keys") << "ansible_host_key_checking=False"
                                              << "StrictHostKeyChecking"
                                              << "off";
    QTest::newRow("become of nothing") << "ansible_become="
                                       << "→ become"
                                       << "no";
    QTest::newRow("a user that is nothing") << "ansible_user=a ansible_ssh_user=None"
                                            << "User"
                                            << "a";
    QTest::newRow("a user that is empty") << "ansible_user=a ansible_ssh_user="
                                          << "User"
                                          << "a";
    QTest::newRow("a host that is nothing") << "ansible_host=a ansible_ssh_host=None"
                                            << "target"
                                            << "a";
    QTest::newRow("a host by its name") << "ansible_host=None"
                                        << "target"
                                        << "w";
    QTest::newRow("a port that is nothing") << "ansible_port=1 ansible_ssh_port=None"
                                            << "Port"
                                            << "1";
    QTest::newRow("a password that is nothing") << "ansible_password=None"
                                                << "→ password"
                                                << "none";
    QTest::newRow("a password that is empty") << "ansible_ssh_pass="
                                              << "→ password"
                                              << "none";
    QTest::newRow("a method of becoming that is empty") << "ansible_become=yes ansible_become_method="
                                                        << "→ become method"
                                                        << "sudo";
}

void TestPrecedence::variablesAreWhatAnsibleMakesOfThem()
{
    QFETCH(const QString, variable);
    QFETCH(const QString, name);
    QFETCH(const QString, shown);
    write(QStringLiteral("hosts.ini"), "w " + variable.toUtf8() + '\n');
    const Ended ended = run({QStringLiteral("explain"), QStringLiteral("w"), QStringLiteral("-i"), path(QStringLiteral("hosts.ini")),
                             QStringLiteral("--ssh-config"), QStringLiteral("none")});
    QVERIFY2(ended.status == 0, qPrintable(ended.errors));
    QCOMPARE(row(ended, name).section(u' ', 0, 0), shown);
}

// As often as not one of them is a group's.
void TestPrecedence::aPasswordOfBecomingUnderBothNames()
{
    write(text("hosts.ini"), "w ansible_become=yes ansible_become_password=a\n[all:vars]\nansible_become_pass=b\n");
    const Ended ended = run({text("explain"), text("w"), text("-i"), path(text("hosts.ini")), text("--ssh-config"), text("none")});
    QVERIFY2(ended.status == 0, qPrintable(ended.errors));
    QCOMPARE(row(ended, QString::fromUtf8("→ become password")), inFolder(text("*** ansible_become_pass ($/hosts.ini:3)")));
}

// As with Ansible: a vault's password that nobody needs costs no host.
void TestPrecedence::becomingIsLookedAtWhereItIsWanted()
{
    write(text("hosts.ini"),
          "w\nv ansible_become=yes\n[all:vars]\nansible_become_password=\"{{ vault_it }}\"\nansible_become_method=runas\n");
    const auto explained = [&](const char *host, const QStringList &options) {
        return run(QStringList{text("explain"), text(host), text("-i"), path(text("hosts.ini")), text("--ssh-config"), text("none")} +
                   options);
    };
    const QString complaint = text("cannot be connected to: ");
    QVERIFY(!explained("w", {}).output.contains(complaint));
    QVERIFY(explained("w", {text("--become")}).output.contains(complaint + text("ansible_become_method")));
    QVERIFY(explained("v", {}).output.contains(complaint + text("ansible_become_method")));
    const Ended told = explained("v", {text("--become-method"), text("su")});
    QVERIFY2(told.output.contains(text("the variable ansible_become_password (")), qPrintable(told.output));
}

void TestPrecedence::aPluginsFileMayBeInTheHome()
{
    write(text("collector.ini"), "ssh-command.script = ~/no/such/script\n");
    const Ended ended = run({text("explain"), text("w"), text("-i"), text("w,"), text("-p"), text("ssh-command"), text("--config"),
                             path(text("collector.ini"))});
    QCOMPARE(ended.status, 2);
    QVERIFY2(ended.errors.contains(QDir::homePath() + text("/no/such/script")), qPrintable(ended.errors));
}

// The words are those that Ansible takes for true.
void TestPrecedence::whomTheInventoryHasSkipped()
{
    QByteArray hosts, expected("host,cause\n");
    int number = 0;
    for (const char *word : {"yes", "y", "True", "t", "on", "1", "no", "False", "0", "maybe"}) {
        const QByteArray name = "127.0.1." + QByteArray::number(++number);
        hosts += name + " collector_skip=" + word + '\n';
        expected += name + (number <= 6 ? ",excluded\n" : ",\n");
    }
    write(QStringLiteral("hosts.ini"), hosts);
    const Ended ended =
        run({text("-i"), path(text("hosts.ini")), text("-p"), text("ping"), text("--method"), text("tcp"), text("-f"), text("csv"),
             text("--columns"), text("host,cause"), text("--order"), text("inventory"), text("-c"), text("1")});
    QCOMPARE(ended.output.toUtf8(), expected);
}

// It counted as empty.
void TestPrecedence::aPluginsOptionAsAList()
{
    const QStringList echo{QStringLiteral("explain"),   QStringLiteral("w"),        QStringLiteral("-p"),
                           QStringLiteral("exec"),      QStringLiteral("-i"),       path(QStringLiteral("w.yml")),
                           QStringLiteral("--program"), QStringLiteral("/bin/echo")};
    write(QStringLiteral("w.yml"), "all: {hosts: {w: {exec_arguments: ['a,b', 7]}}}\n");
    const Ended ended = run(echo);
    QVERIFY2(ended.output.contains(u"/bin/echo a,b 7"), qPrintable(ended.output + ended.errors));
    write(QStringLiteral("w.yml"), "all: {hosts: {w: {exec_program_timeout: [1, 2]}}}\n");
    const Ended refused = run(echo);
    QVERIFY2(refused.output.contains(u"exec_program_timeout takes a single value, not \"a list\""), qPrintable(refused.output));
}

void TestPrecedence::offIsNotAConfigurations()
{
    const Setting off{
        "off", QStringLiteral("→ host keys"), {{{text("--host-keys strict"), {}}, {}, {}, {text("host-keys = off"), {}}, {}}}};
    const Ended refused = explain(off, 1U << Config);
    QCOMPARE(refused.status, 2);
    QVERIFY2(refused.errors.contains(inFolder(text("$/c.ini: host-keys takes strict or accept-new"))), qPrintable(refused.errors));
    QCOMPARE(row(explain(off, 1U << Config | 1U << Line), off.row), QStringLiteral("strict"));
}

// By the records of one host, own1.
Ended TestPrecedence::collect(const FleetProcess &fleet, const QString &variables, const QString &configuration) const
{
    write(QStringLiteral("hosts.ini"),
          QStringLiteral("own1 ansible_host=127.0.1.1 ansible_port=%1 ansible_user=x %2\n").arg(fleet.port()).arg(variables).toUtf8());
    write(QStringLiteral("c.ini"), QStringLiteral("inventory = %1\nplugin = ssh-command\nssh-command.command = true\nssh-config = none\n"
                                                  "retries = 0\nformat = jsonl\n%2\n")
                                       .arg(path(QStringLiteral("hosts.ini")), configuration)
                                       .toUtf8());
    return run({QStringLiteral("--config"), path(QStringLiteral("c.ini"))});
}

// A command of the command line stands above it, and without one the run was refused.
void TestPrecedence::aCommandOfItsOwn()
{
    const FleetProcess fleet;
    write(QStringLiteral("hosts.ini"), "127.0.1.1 ssh_command_command='command 1'\n127.0.1.2\n127.0.1.3 ssh_command_script=/etc/hosts\n");
    const QStringList line{text("-i"),
                           path(text("hosts.ini")),
                           text("-p"),
                           text("ssh-command"),
                           text("-f"),
                           text("csv"),
                           text("--columns"),
                           text("host,cause,ssh_command.stdout"),
                           text("--order"),
                           text("inventory"),
                           text("-c"),
                           text("1"),
                           text("-u"),
                           text("x"),
                           text("--port"),
                           QString::number(fleet.port()),
                           text("--identity"),
                           fleet.clientKey(),
                           text("--known-hosts"),
                           fleet.knownHostsFile(),
                           text("--ssh-config"),
                           text("none")};
    const Ended ended = run(line);
    QCOMPARE(ended.output,
             text("host,cause,ssh_command.stdout\n127.0.1.1,,\"hello world\n\"\n127.0.1.2,bad_variable,\n127.0.1.3,bad_variable,\n"));
    QCOMPARE(ended.status, 3);
    for (const FleetEvent &event : fleet.log())
        QVERIFY2(event.event != FleetEvent::Exec || event.detail == u"command 1", qPrintable(event.detail));
    // Not a script that is empty, with the status ok.
    const Ended common = run(line + QStringList{text("--command"), text("c")});
    QVERIFY2(common.output.contains(u"127.0.1.3,bad_variable,"), qPrintable(common.output));
    write(QStringLiteral("hosts.ini"), "127.0.1.2\n");
    QCOMPARE(run(line).status, 2);
}

// The common password was sent instead, and each refusal counted towards --max-auth-failures.
void TestPrecedence::aPasswordOfItsOwn()
{
    const FleetProcess fleet({text("--password"), text("own1"), text("--fault"), text("password-only")});
    const QString own = text("ansible_password=own1"), known = QStringLiteral("known-hosts = ") + fleet.knownHostsFile();
    for (const QString &further : {QString(), inFolder(text("\npassword-file = $/pw"))}) {
        const Ended ended = collect(fleet, own, known + further);
        QVERIFY2(ended.status == 0, qPrintable(ended.output + ended.errors));
    }
    for (const FleetEvent &event : fleet.log())
        QVERIFY2(!event.detail.contains(u"denied"), qPrintable(event.detail));
    const Ended others = collect(fleet, {}, known + inFolder(text("\npassword-file = $/pw")));
    QVERIFY2(others.output.contains(u"auth_denied"), qPrintable(others.output)); // who has none is sent the common one
}

void TestPrecedence::aKeyOfItsOwn()
{
    for (const char *name : {"A", "B"})
        QCOMPARE(QProcess::execute(QStringLiteral("ssh-keygen"),
                                   {text("-q"), text("-t"), text("ed25519"), text("-N"), {}, text("-f"), path(text(name))}),
                 0);
    const FleetProcess fleet({text("--max-auth-tries"), text("1"), text("--authorized-key"), path(text("B.pub"))});
    const QString known = QStringLiteral("known-hosts = ") + fleet.knownHostsFile();
    const QString a = inFolder(text("\nidentity = $/A")), b = inFolder(text("\nidentity = $/B"));
    const Ended own = collect(fleet, inFolder(text("ansible_ssh_private_key_file=$/B")), known + a);
    QVERIFY2(own.status == 0, qPrintable(own.output + own.errors));
    const Ended common = collect(fleet, {}, known + b);
    QVERIFY2(common.status == 0, qPrintable(common.output + common.errors));
    const Ended wrong = collect(fleet, inFolder(text("ansible_ssh_private_key_file=$/A")), known + b);
    QVERIFY2(wrong.output.contains(u"auth_denied"), qPrintable(wrong.output));
}

// In the account's home, as ssh has it: whoever runs us by sudo may have kept another HOME, and a service may have none.
void TestPrecedence::defaultKeysAreWhereTheOtherFilesAre()
{
    const FleetProcess fleet;
    QVERIFY(QDir(path({})).mkpath(text(".ssh")));
    QVERIFY(QFile::copy(fleet.clientKey(), path(text(".ssh/id_ed25519"))));
    const QString known = QStringLiteral("known-hosts = ") + fleet.knownHostsFile();
    m_environment.insert(text("HOME"), path({}));
    const Ended ended = collect(fleet, {}, known);
    const Ended named = collect(fleet, {}, known + text("\nidentity = ") + path(text(".ssh/id_ed25519"))); // it is the right one
    m_environment.insert(text("HOME"), qEnvironmentVariable("HOME"));
    QVERIFY2(named.status == 0, qPrintable(named.output + named.errors));
    QVERIFY2(ended.status == 4 && !ended.output.contains(path({})), qPrintable(ended.output + ended.errors));
}

void TestPrecedence::knownHostsOfItsOwn()
{
    const FleetProcess fleet;
    const QString configuration = inFolder(text("host-keys = strict\nknown-hosts = $/c\nidentity = ")) + fleet.clientKey();
    const Ended ended = collect(
        fleet, inFolder(text("ansible_ssh_common_args='-o StrictHostKeyChecking=accept-new -o UserKnownHostsFile=$/h'")), configuration);
    QVERIFY2(ended.status == 0, qPrintable(ended.output + ended.errors));
    QVERIFY(QFileInfo(path(text("h"))).size() > 0);
    QCOMPARE(QFileInfo(path(text("c"))).size(), 0);
    const Ended strict = collect(fleet, text("ansible_ssh_common_args='-o StrictHostKeyChecking=yes'"),
                                 text("host-keys = accept-new\n") + configuration.section(u'\n', 1));
    QVERIFY2(strict.output.contains(u"host_key_unknown"), qPrintable(strict.output));
    QCOMPARE(QFileInfo(path(text("c"))).size(), 0);
}

QTEST_GUILESS_MAIN(TestPrecedence)
#include "tst_precedence.moc"
