#include "ssh/sshconfigreader.h"

#include "ssh/namepattern.h"
#include "ssh/sshvalue.h"

#include <QDir>
#include <QFile>

#include <fcntl.h>
#include <glob.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

namespace collector {

namespace {

constexpr int deepestInclude = 16;
constexpr int mostFiles = 1024;
constexpr qint64 mostBytes = 16 * 1024 * 1024;
constexpr qsizetype mostErrors = 50;

std::string_view view(const QByteArray &bytes)
{
    return {bytes.constData(), size_t(bytes.size())};
}

bool isPlainName(const QByteArray &pattern)
{
    return !pattern.startsWith('!') && !pattern.contains('*') && !pattern.contains('?');
}

// What we do anyway: not worth a warning.
bool isOff(const QList<QByteArray> &words)
{
    const auto is = [&](const char *off) { return words.first().compare(off, Qt::CaseInsensitive) == 0; };
    return words.size() == 1 && (is("no") || is("none") || is("false"));
}

} // namespace

void SshConfigReader::complain(const Place &place, const QString &what)
{
    if (m_errors.size() >= mostErrors)
        return;
    const QString line = place.line == 0 ? QString() : QStringLiteral(":%1").arg(place.line);
    m_errors.append(QStringLiteral("%1%2: %3").arg(place.file, line, what));
}

int SshConfigReader::addCondition(SshCondition condition)
{
    m_tree.conditions.push_back(std::move(condition));
    return int(m_tree.conditions.size()) - 1;
}

void SshConfigReader::beginSegment(int condition, bool isFirst)
{
    m_tree.segments.push_back({condition, isFirst, {}});
}

void SshConfigReader::readFile(const QString &path, Kind kind)
{
    const Place top{path, 0, kind != Kind::System, 0};
    include(path, kind == Kind::Given, kind == Kind::User, top, 0);
}

void SshConfigReader::readText(const QByteArray &text, const QString &name, Kind kind)
{
    parse(text, {name, 0, kind != Kind::System, 0}, 0);
}

bool SshConfigReader::include(const QString &path, bool mustExist, bool isChecked, const Place &from, int condition)
{
    const auto refuse = [&](const QString &why) {
        Place place = from;
        complain(place, place.line == 0 ? QStringLiteral("this ssh_config cannot be read: ") + why : path + QStringLiteral(": ") + why);
        return false;
    };
    const int fd = open(QFile::encodeName(path).constData(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return errno == ENOENT && !mustExist ? true : refuse(QString::fromLocal8Bit(std::strerror(errno)));
    QFile file;
    if (!file.open(fd, QIODevice::ReadOnly, QFileDevice::AutoCloseHandle)) {
        close(fd);
        return refuse(QStringLiteral("it cannot be opened"));
    }
    struct stat status = {};
    if (fstat(fd, &status) != 0 || S_ISDIR(status.st_mode))
        return true; // ssh opens a folder and finds no line in it
    if (!S_ISREG(status.st_mode) && !S_ISCHR(status.st_mode))
        return refuse(QStringLiteral("is no regular file"));
    if (isChecked && ((status.st_uid != 0 && status.st_uid != getuid()) || (status.st_mode & 022) != 0))
        return refuse(QStringLiteral("bad owner or permissions: it must be yours or root's, and writable by nobody else (chmod go-w)"));
    m_files.append(path);
    if (m_files.size() > mostFiles)
        return refuse(QStringLiteral("more than %1 files are included").arg(mostFiles));
    const QByteArray text = file.read(mostBytes - m_bytes + 1);
    m_bytes += text.size();
    if (m_bytes > mostBytes)
        return refuse(QStringLiteral("more than %1 MiB of configuration").arg(mostBytes >> 20));
    parse(text, {path, 0, from.isUsers, from.depth}, condition);
    return true;
}

void SshConfigReader::parse(const QByteArray &text, Place place, int fileCondition)
{
    int condition = fileCondition;
    beginSegment(condition, false);
    for (qsizetype begin = 0; begin < text.size();) {
        qsizetype end = text.indexOf('\n', begin);
        end = end < 0 ? text.size() : end;
        ++place.line;
        SshConfigLine line(QByteArrayView(text).sliced(begin, end - begin));
        begin = end + 1;
        if (line.keyword().isEmpty())
            continue;
        if (!line.hasArguments()) {
            complain(place, QStringLiteral("no argument after %1").arg(QString::fromUtf8(line.keyword().left(100))));
            continue;
        }
        condition = statement(line, place, fileCondition, condition);
    }
}

// Returns the condition under which the next line stands.
int SshConfigReader::statement(SshConfigLine &line, const Place &place, int fileCondition, int condition)
{
    const SshWord word = sshWord(line.keyword());
    QString error;
    if (!line.words()) // of whatever keyword, a command's too
        complain(place, QString::fromUtf8(line.keyword().left(100)) + QStringLiteral(": a quote is not closed"));
    switch (word) {
    case SshWord::Host:
        return host(line, place, fileCondition);
    case SshWord::Match:
        return match(line, place, fileCondition);
    case SshWord::Include:
        includeAll(line, place, condition);
        return condition;
    case SshWord::Unknown:
        unknown(line, place);
        return condition;
    case SshWord::Unsupported:
        noteUnsupported(line, place);
        return condition;
    case SshWord::Silent:
        return condition;
    default:
        break;
    }
    if (!line.words())
        return condition;
    const auto values = sshValues(word, line, &error);
    if (!values)
        complain(place, QString::fromUtf8(line.keyword()) + QStringLiteral(": ") + error);
    else if (word == SshWord::IgnoreUnknown)
        m_ignored += (m_ignored.isEmpty() ? "" : ",") + values->first();
    else if (!values->isEmpty())
        m_tree.segments.back().statements.push_back({word, *values, (place.file + u':' + QString::number(place.line)).toUtf8()});
    return condition;
}

int SshConfigReader::host(const SshConfigLine &line, const Place &place, int fileCondition)
{
    SshCondition condition;
    condition.parent = fileCondition;
    condition.kind = SshCondition::Kind::Host;
    condition.patterns = line.words().value_or(QList<QByteArray>());
    if (condition.patterns.contains(QByteArray()))
        complain(place, QStringLiteral("Host: empty argument"));
    const int index = addCondition(std::move(condition));
    beginSegment(index, true);
    return index;
}

int SshConfigReader::match(SshConfigLine &line, const Place &place, int fileCondition)
{
    using Criterion = SshCriterion::Kind;
    SshCondition condition;
    condition.parent = fileCondition;
    condition.kind = SshCondition::Kind::Match;
    const auto refuse = [&](const QString &why) { complain(place, QStringLiteral("Match: ") + why); };

    int attributes = 0;
    bool isEnded = false;
    while (!isEnded) {
        const auto word = line.nextDelimited();
        if (!word || word->empty())
            break;
        if (word->front() == '#') {
            isEnded = true;
            break;
        }
        SshCriterion criterion{Criterion::All, word->front() == '!', {}};
        const std::string name = asciiLower(std::string_view(*word).substr(criterion.isNegated ? 1 : 0));
        if (name == "all") {
            const auto more = line.nextDelimited();
            if (attributes > 1 || (more && !more->empty() && more->front() != '#'))
                refuse(QStringLiteral("\"all\" cannot be combined with other criteria"));
            condition.criteria.push_back(criterion);
            ++attributes;
            isEnded = true;
            break;
        }
        ++attributes;
        if (name == "canonical" || name == "final") {
            m_tree.wantsFinalPass = m_tree.wantsFinalPass || name == "final";
            criterion.kind = Criterion::Final;
            condition.criteria.push_back(criterion);
            continue;
        }
        const auto argument = line.nextDelimited();
        if (!argument || argument->empty() || argument->front() == '#') {
            refuse(QStringLiteral("%1 needs an argument").arg(QString::fromStdString(name)));
            isEnded = true;
            break;
        }
        criterion.patterns = QByteArray::fromStdString(*argument);
        if (name == "host")
            criterion.kind = Criterion::Host;
        else if (name == "originalhost")
            criterion.kind = Criterion::OriginalHost;
        else if (name == "user")
            criterion.kind = Criterion::User;
        else if (name == "localuser")
            criterion.kind = Criterion::LocalUser;
        else if (name == "exec")
            refuse(QStringLiteral(
                "exec would run a program for every host, and is not supported; write it as Match host or user, or give another "
                "file with --ssh-config FILE, or --ssh-config none"));
        else
            refuse(QStringLiteral("unsupported criterion %1").arg(QString::fromStdString(name.substr(0, 100))));
        condition.criteria.push_back(std::move(criterion));
    }
    if (attributes == 0)
        refuse(QStringLiteral("one or more criteria are required"));
    else if (!isEnded && !line.isConsumed())
        refuse(QStringLiteral("extra arguments at the end of the line"));
    const int index = addCondition(std::move(condition));
    beginSegment(index, true);
    return index;
}

void SshConfigReader::includeAll(const SshConfigLine &line, const Place &place, int condition)
{
    for (QByteArray path : line.words().value_or(QList<QByteArray>())) {
        if (path.isEmpty() || (path.startsWith('~') && !place.isUsers)) {
            complain(place,
                     path.isEmpty() ? QStringLiteral("Include: empty argument") : QStringLiteral("Include: a system's file cannot use ~"));
            continue;
        }
        if (place.depth >= deepestInclude) {
            complain(place, QStringLiteral("Include: nested more than %1 deep; does a file include itself?").arg(deepestInclude));
            return;
        }
        if (path == "~" || path.startsWith("~/"))
            path = m_home + path.mid(1);
        else if (!path.startsWith('/') && !path.startsWith('~'))
            path = (place.isUsers ? m_home + "/.ssh/" : QByteArray("/etc/ssh/")) + path;
        glob_t found = {};
        const std::unique_ptr<glob_t, void (*)(glob_t *)> owner(&found, globfree);
        const int result = glob(path.constData(), GLOB_TILDE, nullptr, &found);
        if (result != 0 && result != GLOB_NOMATCH)
            complain(place, QStringLiteral("Include: cannot look for %1").arg(QString::fromUtf8(path)));
        Place inner = place;
        ++inner.depth;
        for (size_t i = 0; result == 0 && i < found.gl_pathc && m_files.size() < mostFiles; ++i)
            include(QFile::decodeName(found.gl_pathv[i]), false, true, inner, condition);
    }
    beginSegment(condition, false);
}

void SshConfigReader::unknown(const SshConfigLine &line, const Place &place)
{
    const QByteArray word = line.keyword().toLower();
    if (matchPatternList(view(word), view(m_ignored.toLower())) != PatternMatch::Positive)
        complain(place, QStringLiteral("unknown word %1; ssh_config(5) knows none such (IgnoreUnknown %1 above it would pass it over)")
                            .arg(QString::fromUtf8(line.keyword().left(100))));
}

void SshConfigReader::noteUnsupported(const SshConfigLine &line, const Place &place)
{
    if (!isOff(line.words().value_or(QList<QByteArray>())))
        m_unsupported.try_emplace(line.keyword().toLower(),
                                  line.keyword() + " (" + place.file.toUtf8() + ':' + QByteArray::number(place.line) + ')');
}

QStringList SshConfigReader::unsupportedWords() const
{
    QStringList result;
    for (const auto &[word, place] : m_unsupported)
        result.append(QString::fromUtf8(place));
    return result;
}

SshConfigTree SshConfigReader::takeTree()
{
    for (int i = 0; i < int(m_tree.segments.size()); ++i) {
        const SshSegment &segment = m_tree.segments[size_t(i)];
        if (segment.statements.empty() && !segment.isFirst)
            continue;
        const SshCondition &condition = m_tree.conditions[size_t(segment.condition)];
        if (condition.kind == SshCondition::Kind::Host && std::all_of(condition.patterns.begin(), condition.patterns.end(), isPlainName)) {
            for (const QByteArray &name : condition.patterns) {
                auto &segments = m_tree.byName[name.toStdString()];
                if (segments.empty() || segments.back() != i)
                    segments.push_back(i);
            }
        } else {
            m_tree.tried.push_back(i);
        }
    }
    return std::move(m_tree);
}

} // namespace collector
