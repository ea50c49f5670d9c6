// What the tests of the writer share: a folder for outputs, a run, records that go through a writer, and what is found in the folder then.

#pragma once

#include "foundhosts.h"
#include "samples.h"

#include "output/writer.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <future>

namespace collector::samples {

inline QStringList list(std::initializer_list<const char *> names)
{
    QStringList out;
    for (const char *name : names)
        out.append(QString::fromUtf8(name));
    return out;
}

class WriterFixture : public QObject
{
protected:
    // For each test.
    void begin();

    QString path(const char *name) const { return m_dir->filePath(QLatin1String(name)); }
    WriterSetup setup(const QStringList &outputs, const QString &format = {}) const;
    std::unique_ptr<Writer> open(const WriterSetup &wanted);
    static void submit(Writer &writer, const QList<Record *> &records);
    static RunOutcome finish(Writer &writer, RunFinish how = {{}, 1'795'312'861'000, 0, false});
    RunOutcome run(const WriterSetup &wanted, int good, int silent);
    void abandon(const WriterSetup &wanted);
    QStringList names() const
    {
        return QDir(m_dir->path()).entryList(QDir::AllEntries | QDir::System | QDir::Hidden | QDir::NoDotAndDotDot, QDir::Name);
    }
    static QByteArray read(const QString &name);
    static QMap<QByteArray, Status> hosts(const QString &name) { return foundHosts(name); }

    std::unique_ptr<QTemporaryDir> m_dir;
    std::shared_ptr<RunInfo> m_run;
    QString m_error;
    QStringList m_warnings;
};

inline void WriterFixture::begin()
{
    m_dir = std::make_unique<QTemporaryDir>();
    m_run = samples::run();
    m_error.clear();
    m_warnings.clear();
}

inline WriterSetup WriterFixture::setup(const QStringList &outputs, const QString &format) const
{
    WriterSetup wanted;
    wanted.run = m_run;
    wanted.seed = 0xfeedfacecafebeef;
    QString error;
    const auto specs = parseOutputs(outputs, format, false, 0, &error);
    if (!specs)
        qFatal("%s", qPrintable(error));
    wanted.outputs = *specs;
    return wanted;
}

inline std::unique_ptr<Writer> WriterFixture::open(const WriterSetup &wanted)
{
    WriterSetup copy = wanted;
    copy.warn = [this](const QString &text) { m_warnings.append(text); };
    return Writer::open(copy, &m_error);
}

inline void WriterFixture::submit(Writer &writer, const QList<Record *> &records)
{
    Batch batch = writer.takeBatch();
    for (const Record *record : records)
        writer.encoder().encode(*record, batch);
    writer.submit(std::move(batch));
}

inline RunOutcome WriterFixture::finish(Writer &writer, RunFinish how)
{
    std::promise<RunOutcome> end;
    writer.finish(how, [&](RunOutcome outcome) { end.set_value(std::move(outcome)); });
    return end.get_future().get();
}

inline RunOutcome WriterFixture::run(const WriterSetup &wanted, int good, int silent)
{
    auto writer = open(wanted);
    if (!writer)
        qFatal("%s", qPrintable(m_error));
    writer->start();
    for (int i = 0; i < good + silent; ++i) {
        const QByteArray name = "h" + QByteArray::number(i);
        if (writer->done().contains(name))
            continue;
        Record record = i < good ? goodRecord(*m_run, name) : silentRecord(*m_run, name);
        submit(*writer, {&record});
    }
    return finish(*writer);
}

// A run that ends behind its first record, as if killed.
inline void WriterFixture::abandon(const WriterSetup &wanted)
{
    auto writer = open(wanted);
    writer->start();
    Record good = goodRecord(*m_run, "h0");
    submit(*writer, {&good});
    QTRY_COMPARE(writer->counts().hosts(), quint64(1));
}

inline QByteArray WriterFixture::read(const QString &name)
{
    QFile file(name);
    return file.open(QFile::ReadOnly) ? file.readAll() : QByteArray("(cannot be read)");
}

} // namespace collector::samples
