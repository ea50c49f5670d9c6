// Answers of the script, a file each (tests/data/answers/SECTION/PHRASE.txt, nonce `00`), against all that is made of them: facts and
// what is absent, and why (PHRASE.expected.json). A new file needs no code; COLLECTOR_FACTS_WRITE=1 writes what is found, to be read
// before it is believed.

#include "localrun.h"

#include <QDirIterator>
#include <QJsonDocument>
#include <QtTest>

using namespace collector;
using namespace collector::facts;

class FactsTables : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void answers_data();
    void answers();
    void everySectionHasAnAnswer();
};

namespace {

constexpr auto folder = TEST_DATA "/answers";

QByteArray readAll(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

const SectionSpec *sectionOf(const QString &name)
{
    const auto all = allSections();
    const auto found = std::find_if(all.begin(), all.end(), [&](const SectionSpec &one) { return name == QLatin1String(one.name); });
    return found == all.end() ? nullptr : &*found;
}

// As the record has it.
QJsonObject made(const QByteArray &answer, const SectionSpec *section)
{
    static const std::shared_ptr<const Manifest> manifest = builtManifest();
    // Those before it, where the answer has them too.
    const Frames frames = parseFrames(answer, "00");
    QList<const SectionSpec *> sections;
    for (const SectionSpec &one : allSections()) {
        if (&one == section || frames.find(one.name))
            sections.append(&one);
    }
    const Findings found = parseAnswer(answer, "00", sections, *manifest);
    QJsonObject absent;
    for (const Findings::Missing &missing : found.missing()) {
        if (!found.has(missing.path))
            absent.insert(missing.path, QString::fromUtf8(absenceName(missing.reason)));
    }
    return {{QStringLiteral("facts"), found.facts()}, {QStringLiteral("absent"), absent}};
}

QString differences(const QJsonObject &seen, const QJsonObject &expected)
{
    QStringList lines;
    for (const QString &part : {QStringLiteral("facts"), QStringLiteral("absent")}) {
        const QJsonObject ours = seen[part].toObject(), theirs = expected[part].toObject();
        QStringList keys = ours.keys() + theirs.keys();
        keys.removeDuplicates();
        for (const QString &key : keys) {
            const QJsonArray both{ours.value(key), theirs.value(key)};
            if (both[0] != both[1])
                lines.append(QStringLiteral("%1.%2: seen, expected %3")
                                 .arg(part, key, QString::fromUtf8(QJsonDocument(both).toJson(QJsonDocument::Compact))));
        }
    }
    return lines.join(u'\n');
}

} // namespace

void FactsTables::answers_data()
{
    QTest::addColumn<QString>("path");
    QTest::addColumn<QString>("section");
    QDirIterator files(QString::fromLatin1(folder), {QStringLiteral("*.txt")}, QDir::Files, QDirIterator::Subdirectories);
    while (files.hasNext()) {
        const QString path = files.next();
        const QString section = files.fileInfo().dir().dirName();
        QTest::newRow(qPrintable(section + QStringLiteral(": ") + files.fileInfo().completeBaseName())) << path << section;
    }
}

void FactsTables::answers()
{
    QFETCH(QString, path);
    QFETCH(QString, section);
    const SectionSpec *spec = sectionOf(section);
    QVERIFY2(spec, "no section of this name");
    const QJsonObject seen = made(readAll(path), spec);
    const QString beside = path.chopped(4) + QStringLiteral(".expected.json");
    if (qEnvironmentVariableIsSet("COLLECTOR_FACTS_WRITE")) {
        QFile file(beside);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(QJsonDocument(seen).toJson());
        return;
    }
    QJsonParseError error;
    const QJsonObject expected = QJsonDocument::fromJson(readAll(beside), &error).object();
    QVERIFY2(error.error == QJsonParseError::NoError, qPrintable(beside + QStringLiteral(": ") + error.errorString()));
    QVERIFY2(seen == expected, qPrintable(differences(seen, expected)));
}

void FactsTables::everySectionHasAnAnswer()
{
    for (const SectionSpec &section : allSections()) {
        const QDir answers(QString::fromLatin1(folder) + u'/' + QLatin1String(section.name));
        QVERIFY2(!answers.entryList({QStringLiteral("*.txt")}).isEmpty(), section.name);
    }
}

QTEST_GUILESS_MAIN(FactsTables)
#include "tst_facts_tables.moc"
