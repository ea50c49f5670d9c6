// The same machine asked by Ansible's setup and by our script: at least 97 of a hundred keys must be alike. What differs is
// printed; what differs on purpose is listed here with its reason, and in the plugin's README.

#include "localrun.h"

#include <QJsonDocument>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QtTest>

#include <cmath>

using namespace collector::facts;

class FactsParity : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void alikeToAnsibleSetup_data();
    void alikeToAnsibleSetup();
};

namespace {

QJsonObject askAnsible(const QStringList &user)
{
    const QTemporaryDir folder;
    QFile::setPermissions(folder.path(), QFile::Permissions(0x7777)); // Ansible's user is another one than ours
    QProcess process;
    QStringList line = user;
    line << QStringLiteral("ansible") << QStringLiteral("localhost") << QStringLiteral("-m") << QStringLiteral("setup");
    const QString program = line.takeFirst();
    process.setStandardErrorFile(QProcess::nullDevice());
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("ANSIBLE_LOCAL_TEMP"), folder.filePath(QStringLiteral("t")));
    environment.insert(QStringLiteral("ANSIBLE_REMOTE_TMP"), folder.filePath(QStringLiteral("t")));
    environment.insert(QStringLiteral("ANSIBLE_PYTHON_INTERPRETER"), QStringLiteral("/usr/bin/python3"));
    process.setProcessEnvironment(environment);
    process.start(program, line);
    process.closeWriteChannel();
    process.waitForFinished(60'000);
    const QByteArray output = process.readAllStandardOutput();
    const QJsonObject answer = QJsonDocument::fromJson(output.mid(output.indexOf('{'))).object();
    QJsonObject facts;
    const QJsonObject all = answer.value(u"ansible_facts").toObject();
    for (auto fact = all.begin(); fact != all.end(); ++fact)
        facts.insert(fact.key().startsWith(u"ansible_") ? fact.key().mid(8) : fact.key(), fact.value());
    return facts;
}

// Facts that change from one second to the next, and how far they may.
bool isNear(const QJsonValue &ours, const QJsonValue &theirs, double tolerance)
{
    return std::abs(ours.toDouble() - theirs.toDouble()) <= tolerance;
}

QJsonArray sorted(const QJsonArray &array)
{
    QStringList texts;
    for (const QJsonValue &value : array)
        texts.append(QString::fromUtf8(QJsonDocument(QJsonArray{value}).toJson(QJsonDocument::Compact)));
    texts.sort();
    return QJsonArray::fromStringList(texts);
}

// Ansible's keys are all there; we may have more in an object.
bool isWithin(const QJsonValue &theirs, const QJsonValue &ours);

bool isWithinObject(const QJsonObject &theirs, const QJsonObject &ours)
{
    for (auto member = theirs.begin(); member != theirs.end(); ++member) {
        const bool isMoving = member.key().endsWith(u"_available") || member.key().endsWith(u"_used");
        if (isMoving ? !ours.contains(member.key()) : !isWithin(member.value(), ours.value(member.key())))
            return false;
    }
    return true;
}

bool isWithin(const QJsonValue &theirs, const QJsonValue &ours)
{
    if (theirs.isNull() && ours.isUndefined())
        return true;
    if (theirs.isObject() && ours.isObject())
        return isWithinObject(theirs.toObject(), ours.toObject());
    if (theirs.isArray() && ours.isArray() && theirs.toArray().size() == ours.toArray().size() && !theirs.toArray().isEmpty() &&
        theirs.toArray().at(0).isObject()) {
        QHash<QString, QJsonObject> byName;
        const auto nameOf = [](const QJsonObject &object) {
            return object.value(u"mount").toString() + object.value(u"address").toString();
        };
        for (const QJsonValue &value : ours.toArray())
            byName.insert(nameOf(value.toObject()), value.toObject());
        const QJsonArray list = theirs.toArray();
        return std::all_of(list.begin(), list.end(), [&](const QJsonValue &value) {
            return isWithinObject(value.toObject(), byName.value(nameOf(value.toObject())));
        });
    }
    if (theirs.isArray() && ours.isArray())
        return sorted(theirs.toArray()) == sorted(ours.toArray());
    return theirs == ours;
}

bool isAlike(const QString &key, const QJsonValue &theirs, const QJsonObject &ours, const QJsonObject &absent)
{
    // Where Ansible writes NA because it could not know, ours is absent with a reason.
    if ((theirs == QJsonValue(QStringLiteral("NA")) || theirs == QJsonValue(QStringLiteral("N/A"))) && !ours.contains(key))
        return absent.contains(key);
    const QJsonValue mine = ours.value(key);
    if (key == u"uptime_seconds")
        return isNear(mine, theirs, 120);
    if (key.endsWith(u"free_mb"))
        return isNear(mine, theirs, 2048);
    if (key == u"date_time")
        return isNear(mine[u"epoch"].toString().toDouble(), theirs[u"epoch"].toString().toDouble(), 120) && mine[u"tz"] == theirs[u"tz"] &&
               mine[u"tz_offset"] == theirs[u"tz_offset"] && mine[u"tz_dst"] == theirs[u"tz_dst"] &&
               mine[u"weekday"] == theirs[u"weekday"] && mine[u"weeknumber"] == theirs[u"weeknumber"] &&
               mine.toObject().keys() == theirs.toObject().keys();
    if (key == u"loadavg")
        return mine.toObject().keys() == theirs.toObject().keys();
    if (key == u"memory_mb")
        return mine[u"real"][u"total"] == theirs[u"real"][u"total"] && mine[u"swap"] == theirs[u"swap"] &&
               isNear(mine[u"nocache"][u"free"], theirs[u"nocache"][u"free"], 2048);
    return isWithin(theirs, mine);
}

} // namespace

void FactsParity::alikeToAnsibleSetup_data()
{
    QTest::addColumn<QStringList>("user");
    QTest::newRow("as the user who runs the tests") << QStringList();
    if (geteuid() == 0 && !QStandardPaths::findExecutable(QStringLiteral("setpriv")).isEmpty())
        QTest::newRow("as an ordinary user") << QStringList{
            QStringLiteral("setpriv"), QStringLiteral("--reuid=65534"), QStringLiteral("--regid=65534"), QStringLiteral("--clear-groups"),
            QStringLiteral("env"),     QStringLiteral("HOME=/tmp"),     QStringLiteral("USER=nobody"),   QStringLiteral("LOGNAME=nobody")};
}

void FactsParity::alikeToAnsibleSetup()
{
    if (QStandardPaths::findExecutable(QStringLiteral("ansible")).isEmpty())
        QSKIP("ansible is not installed");
    QFETCH(QStringList, user);
    // Ansible's own way to say what it was asked, what needs a Python there, and env, which is off by default.
    const QStringList passed{QStringLiteral("gather_subset"), QStringLiteral("module_setup"),   QStringLiteral("env"),
                             QStringLiteral("python"),        QStringLiteral("python_version"), QStringLiteral("selinux_python_present")};
    LocalRun local;
    for (const QString &word : user)
        local.user.append(word.toLocal8Bit());
    local.run();
    const QJsonObject ours = local.parse().facts(), absent = local.absent();
    const QJsonObject theirs = askAnsible(user);
    QVERIFY2(theirs.size() > 50, "ansible gave no facts");
    if (qEnvironmentVariableIsSet("COLLECTOR_FACTS_DUMP")) {
        qInfo("%s", QJsonDocument(ours).toJson().constData());
        qInfo("%s", QJsonDocument(absent).toJson().constData());
    }

    int alike = 0, all = 0;
    for (auto fact = theirs.begin(); fact != theirs.end(); ++fact) {
        if (passed.contains(fact.key()))
            continue;
        ++all;
        if (isAlike(fact.key(), fact.value(), ours, absent)) {
            ++alike;
            continue;
        }
        const auto compact = [](const QJsonValue &value) {
            return QString::fromUtf8(QJsonDocument(QJsonArray{value}).toJson(QJsonDocument::Compact).left(400));
        };
        qInfo("%s: Ansible %s, ours %s", qPrintable(fact.key()), qPrintable(compact(fact.value())),
              qPrintable(ours.contains(fact.key()) ? compact(ours.value(fact.key()))
                                                   : absent.value(fact.key()).toString(QStringLiteral("nothing"))));
    }
    qInfo("%d of %d keys alike (%.1f %%)", alike, all, 100.0 * alike / all);
    QVERIFY(alike * 100 >= all * 97);
}

QTEST_GUILESS_MAIN(FactsParity)
#include "tst_facts_parity.moc"
