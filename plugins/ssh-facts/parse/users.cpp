#include "users.h"

#include "text.h"

#include <QCryptographicHash>

#include <algorithm>

namespace collector::facts {

namespace {

QJsonValue numberOf(QByteArrayView text)
{
    const auto number = toInteger(text);
    return number ? QJsonValue(*number) : QJsonValue();
}

// A comment, or NIS's way to say that others follow.
bool isNoEntry(QByteArrayView line)
{
    return line.startsWith('#') || line.startsWith('+') || line.startsWith('-');
}

// A digest of the digests, by path: SHA-256 of sorted lines as sha256sum prints them.
void setSudoers(const Section &in, Findings &out)
{
    QList<QByteArrayView> files;
    for (const QByteArrayView line : linesOf(in.bytes("sudoers"))) {
        if (line.size() > 66 && line.sliced(64).startsWith("  /"))
            files.append(line);
    }
    if (!files.isEmpty()) {
        std::sort(files.begin(), files.end(), [](QByteArrayView a, QByteArrayView b) { return a.sliced(66).compare(b.sliced(66)) < 0; });
        QCryptographicHash hash(QCryptographicHash::Sha256);
        for (const QByteArrayView file : std::as_const(files)) {
            hash.addData(file);
            hash.addData("\n");
        }
        out.setText(u"sudoers_sha256", hash.result().toHex());
        return;
    }
    const Block *sudoers = in.find("sudoers");
    const QByteArrayView reason = in.missing("sudoers");
    out.miss(u"sudoers_sha256", sudoers && sudoers->isTimedOut()            ? Absence::Timeout
                                : reason == "denied" || reason == "refused" ? Absence::Denied
                                : reason == "tool_missing"                  ? Absence::ToolMissing
                                : sudoers && sudoers->status != 0           ? Absence::Unsupported
                                                                            : Absence::NotApplicable);
}

} // namespace

QJsonArray parsePasswd(QByteArrayView passwd)
{
    QJsonArray users;
    for (const QByteArrayView line : linesOf(passwd)) {
        const QList<QByteArrayView> fields = split(line, ':');
        if (fields.size() < 7 || isNoEntry(line) || users.size() >= mostEntries)
            continue;
        QJsonObject user{{QStringLiteral("uid"), numberOf(fields[2])}, {QStringLiteral("gid"), numberOf(fields[3])}};
        putText(user, u"name", fields[0]);
        putText(user, u"gecos", fields[4]);
        putText(user, u"home", fields[5]);
        putText(user, u"shell", fields[6].trimmed());
        users.append(user);
    }
    return users;
}

QJsonArray parseGroup(QByteArrayView group)
{
    QJsonArray groups;
    for (const QByteArrayView line : linesOf(group)) {
        const QList<QByteArrayView> fields = split(line, ':');
        if (fields.size() < 3 || isNoEntry(line) || groups.size() >= mostEntries)
            continue;
        QJsonArray members;
        for (const QByteArrayView member : fields.size() > 3 ? split(fields[3], ',') : QList<QByteArrayView>()) {
            if (!member.trimmed().isEmpty())
                members.append(toText(member.trimmed()));
        }
        QJsonObject entry{{QStringLiteral("gid"), numberOf(fields[2])}, {QStringLiteral("members"), members}};
        putText(entry, u"name", fields[0]);
        groups.append(entry);
    }
    return groups;
}

std::optional<QJsonObject> fingerprintOf(QByteArrayView line)
{
    const QByteArrayView bare = line.trimmed();
    if (bare.isEmpty() || bare.startsWith('#'))
        return {};
    // Options may hold blanks between quotes: the type is the first word that is one, and the body follows it.
    const QList<QByteArrayView> words = wordsOf(bare);
    const auto isType = [](QByteArrayView word) {
        return word.startsWith("ssh-") || word.startsWith("ecdsa-sha2-") || word.startsWith("sk-ssh-") || word.startsWith("sk-ecdsa-");
    };
    for (qsizetype i = 0; i + 1 < words.size(); ++i) {
        if (!isType(words[i]) || !words[i + 1].startsWith("AAAA"))
            continue;
        const QByteArray body = QByteArray::fromBase64(words[i + 1].toByteArray());
        const QByteArray hash = QCryptographicHash::hash(body, QCryptographicHash::Sha256);
        return QJsonObject{{QStringLiteral("type"), toText(words[i])},
                           {QStringLiteral("fingerprint"),
                            QString(QStringLiteral("SHA256:") + QString::fromLatin1(hash.toBase64(QByteArray::OmitTrailingEquals)))},
                           {QStringLiteral("restricted"), i > 0}};
    }
    return {};
}

QJsonArray parseDscl(QByteArrayView records)
{
    QJsonArray users;
    QJsonObject user;
    bool isRealName = false;
    const auto close = [&] {
        if (user.contains(u"name") && users.size() < mostEntries)
            users.append(user);
        user = {};
    };
    for (const QByteArrayView line : linesOf(records)) {
        if (line == "-") {
            close();
            continue;
        }
        const auto [key, value] = keyValue(line, ':');
        // What holds a blank stands on a line of its own.
        if (isRealName && line.startsWith(' '))
            putText(user, u"gecos", line.trimmed());
        isRealName = key == "RealName" && value.isEmpty();
        if (key == "RecordName" && !wordsOf(value).isEmpty())
            putText(user, u"name", wordsOf(value).constFirst());
        else if (key == "RealName" && !value.isEmpty())
            putText(user, u"gecos", value);
        else if (key == "UniqueID")
            user.insert(u"uid", numberOf(value));
        else if (key == "PrimaryGroupID")
            user.insert(u"gid", numberOf(value));
        else if (key == "NFSHomeDirectory")
            putText(user, u"home", value);
        else if (key == "UserShell")
            putText(user, u"shell", value);
    }
    close();
    return users;
}

void parseUsers(const Section &in, Findings &out)
{
    // macOS has its people in a directory of its own; its /etc/passwd is for days without it.
    if (const QJsonArray users = parseDscl(in.bytes("dscl")); !users.isEmpty())
        out.set(u"local_users", users);
    else if (in.has("/etc/passwd"))
        out.set(u"local_users", parsePasswd(in.bytes("/etc/passwd")));
    if (in.has("/etc/group"))
        out.set(u"local_groups", parseGroup(in.bytes("/etc/group")));
}

void parseAccess(const Section &in, Findings &out)
{
    QJsonArray roots, keys;
    for (const Block &block : in.blocks) {
        if (block.kind == Block::Kind::Missing && block.label.startsWith("keys "))
            out.miss(QString(QStringLiteral("authorized_keys.") + toText(block.label.sliced(5))), Absence::Denied);
        if (block.kind == Block::Kind::Output && block.label == "uid0")
            roots.append(toText(block.bytes.trimmed()));
        if (block.kind != Block::Kind::Output || !block.label.startsWith("keys "))
            continue;
        for (const QByteArrayView line : linesOf(block.bytes)) {
            auto key = fingerprintOf(line);
            if (!key || keys.size() >= mostEntries)
                continue;
            key->insert(u"user", toText(block.label.sliced(5)));
            keys.append(*key);
        }
    }
    out.set(u"uid0_accounts", roots);
    const Block *all = in.find("keys");
    if (!all || !all->isTimedOut())
        out.set(u"authorized_keys", keys);
    else
        out.miss(u"authorized_keys", Absence::Timeout);
    setSudoers(in, out);
}

} // namespace collector::facts
