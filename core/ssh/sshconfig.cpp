#include "ssh/sshconfig.h"

#include "ssh/sshconfigline.h"
#include "ssh/sshconfigreader.h"
#include "ssh/sshresolver.h"
#include "ssh/sshvalue.h"

#include <QFile>
#include <QSet>

#include <algorithm>

namespace collector {

bool SshOverrides::add(SshWord word, const SshConfigLine &line, const QByteArray &origin, QString *error)
{
    const auto values = sshValues(word, line, error);
    if (!values)
        return false;
    if (!values->isEmpty())
        m_statements.push_back({word, *values, origin});
    return true;
}

bool SshOverrides::add(SshWord word, const QByteArray &value, const QByteArray &origin, QString *error)
{
    // Through the same checks as a file's; quoted, so that a blank or a # in it stays what it is.
    QByteArray text = value;
    if (word != SshWord::ProxyCommand && word != SshWord::ProxyJump)
        text = '"' + text.replace('\\', "\\\\").replace('"', "\\\"") + '"';
    if (text.contains('\n') || text.contains('\0')) {
        *error = QStringLiteral("a value has one line");
        return false;
    }
    return add(word, SshConfigLine(QByteArray(sshWordName(word) + ' ' + text)), origin, error);
}

bool SshOverrides::addOption(const QByteArray &option, const QByteArray &origin, QString *error, QByteArray *unsupported)
{
    const SshConfigLine line{QByteArrayView(option)};
    const SshWord word = sshWord(line.keyword());
    if (line.keyword().isEmpty() || !line.hasArguments())
        *error = QStringLiteral("%1 is no Word=value").arg(QString::fromUtf8(option.left(100)));
    else if (word == SshWord::Host || word == SshWord::Match || word == SshWord::Include)
        *error = QStringLiteral("%1 is no option of ssh").arg(QString::fromUtf8(line.keyword().left(100)));
    else if (word == SshWord::Unsupported || word == SshWord::Unknown) // of a later ssh, or of nobody's: a warning names it
        *unsupported = line.keyword();
    else if (int(word) < sshSettingCount)
        return add(word, line, origin, error);
    return error->isEmpty();
}

bool SshOverrides::has(SshWord word) const
{
    return std::any_of(m_statements.begin(), m_statements.end(), [word](const SshStatement &statement) { return statement.word == word; });
}

SshConfig::SshConfig(SshLocal local) : m_local(std::move(local)) {}

SshConfig SshConfig::load(Sources sources)
{
    SshConfig result(std::move(sources.local));
    SshConfigReader reader(result.m_local.home);
    if (!sources.file) {
        reader.readFile(QFile::decodeName(result.m_local.home + "/.ssh/config"), SshConfigReader::Kind::User);
        reader.readFile(sources.systemFile, SshConfigReader::Kind::System);
    } else if (sources.file->compare(u"none", Qt::CaseInsensitive) != 0) {
        reader.readFile(*sources.file, SshConfigReader::Kind::Given);
    }
    result.m_errors = reader.errors();
    result.m_files = reader.files();
    result.m_unsupported = reader.unsupportedWords();
    result.m_tree = reader.takeTree();
    return result;
}

SshConfig SshConfig::fromText(const QByteArray &text, SshLocal local)
{
    SshConfig result(std::move(local));
    SshConfigReader reader(result.m_local.home);
    reader.readText(text, QStringLiteral("ssh_config"));
    result.m_errors = reader.errors();
    result.m_unsupported = reader.unsupportedWords();
    result.m_tree = reader.takeTree();
    return result;
}

SshHostConfig SshConfig::resolve(const QByteArray &host, const SshOverrides &overrides, const std::optional<QByteArray> &canonical) const
{
    SshResolver resolver(m_tree, m_local, host);
    for (const SshStatement &statement : overrides.statements())
        resolver.apply(statement);
    resolver.pass(false);
    resolver.settleHostName();
    const QList<QByteArray> candidates = resolver.canonicalCandidates();
    if (canonical && !canonical->isEmpty())
        resolver.setHostName(*canonical);
    const bool isCanonicalizing = resolver.isSet(SshWord::CanonicalizeHostname) && resolver.value(SshWord::CanonicalizeHostname) != "no";
    if (m_tree.wantsFinalPass || isCanonicalizing)
        resolver.pass(true);
    SshHostConfig result = resolver.take();
    if (!canonical)
        result.canonicalCandidates = candidates;
    return result;
}

bool SshConfig::mayCanonicalize() const
{
    return std::any_of(m_tree.segments.begin(), m_tree.segments.end(), [](const SshSegment &segment) {
        return std::any_of(segment.statements.begin(), segment.statements.end(),
                           [](const SshStatement &statement) { return statement.word == SshWord::CanonicalizeHostname; });
    });
}

// Whether its tokens are those of who runs this alone: %d and the like.
static bool isOneForAll(const QByteArray &path)
{
    for (qsizetype at = path.indexOf('%'); at >= 0; at = path.indexOf('%', at + 2)) {
        if (at + 1 == path.size() || !QByteArrayView("Ldilu%").contains(path[at + 1]))
            return false;
    }
    return true;
}

QStringList SshConfig::fixedFiles(std::initializer_list<SshWord> words) const
{
    QStringList result;
    QSet<QByteArray> seen;
    for (const SshSegment &segment : m_tree.segments) {
        for (const SshStatement &statement : segment.statements) {
            if (std::find(words.begin(), words.end(), statement.word) == words.end())
                continue;
            for (const QByteArray &path : statement.values) {
                if (!isOneForAll(path) || path.compare("none", Qt::CaseInsensitive) == 0)
                    continue;
                SshTokens tokens;
                tokens.local = &m_local;
                QString error;
                if (const auto expanded = expandPath(path, tokens, &error); expanded && !seen.contains(*expanded)) {
                    seen.insert(*expanded);
                    result.append(QFile::decodeName(*expanded));
                }
            }
        }
    }
    return result;
}

} // namespace collector
