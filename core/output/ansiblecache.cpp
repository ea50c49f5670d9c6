#include "output/ansiblecache.h"

#include "output/jsonspan.h"
#include "output/livefile.h"
#include "output/recordhead.h"

#include "model/json.h"

#include <collector/joberror.h>

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <filesystem>

namespace collector {

namespace {

namespace fs = std::filesystem;

// A name that is one file in a folder, and no other.
bool isFileName(const QByteArray &host)
{
    return !host.isEmpty() && host.size() <= 255 && host != "." && host != ".." && !host.contains('/') && !host.contains('\0');
}

// The cache's object, from the record's `facts` as they stand there. Empty: no facts were had.
QByteArray cacheOf(QByteArrayView facts, const QList<QByteArray> &otherKeys)
{
    QByteArray out;
    bool hasFacts = false;
    JsonMembers fact(facts);
    while (fact.next()) {
        const QByteArray key = fact.key().toByteArray();
        const bool isOther = otherKeys.contains(key);
        hasFacts = hasFacts || !isOther;
        out += out.isEmpty() ? '{' : ',';
        appendJsonString(out, QByteArrayView((isOther ? "collector_" : "ansible_") + key));
        out += ':';
        out += fact.value();
    }
    if (!fact.isValid() || !hasFacts)
        return {};
    return out + ",\"_ansible_facts_gathered\":true,\"gather_subset\":[\"all\"],\"module_setup\":true}";
}

} // namespace

AnsibleCache::AnsibleCache(const OutputSpec &spec, const Setup &setup)
    : Output(spec.path),
      m_folder(spec.path.chopped(1)),
      m_livePath(pathBeside(spec.path, ".live")),
      m_newFileMode(setup.newFileMode),
      m_goesOn(setup.goesOn),
      m_otherKeys(setup.otherFactKeys)
{
}

AnsibleCache::~AnsibleCache()
{
    std::error_code ignored;
    if (m_isThere)
        fs::remove_all(m_livePath.toStdString(), ignored);
    if (m_isFolderNew)
        rmdir(m_folder.constData()); // where nothing came into it
}

std::unique_ptr<AnsibleCache> AnsibleCache::open(const OutputSpec &spec, const Setup &setup, QString *error)
{
    std::unique_ptr<AnsibleCache> cache(new AnsibleCache(spec, setup));
    const QByteArray &folder = cache->m_folder;
    const auto refuse = [&](const QString &reason) {
        *error = QStringLiteral("%1 cannot be written: %2").arg(QString::fromLocal8Bit(spec.path), reason);
        return nullptr;
    };
    cache->m_isFolderNew = mkdir(folder.constData(), 0700) == 0;
    if (!cache->m_isFolderNew && errno != EEXIST)
        return refuse(errorText(errno));
    struct stat info
    {
    };
    if (lstat(folder.constData(), &info) != 0 || !S_ISDIR(info.st_mode))
        return refuse(QStringLiteral("it is no folder, or a symbolic link to one"));
    if (access(folder.constData(), W_OK | X_OK) != 0)
        return refuse(errorText(errno));
    std::error_code problem;
    fs::remove_all(cache->m_livePath.toStdString(), problem); // of a run that was killed
    if (mkdir(cache->m_livePath.constData(), 0700) != 0)
        return refuse(errorText(errno));
    cache->m_isThere = true;
    cache->m_live = FileHandle(::open(cache->m_livePath.constData(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!cache->m_live.isOpen())
        return refuse(errorText(errno));
    return cache;
}

bool AnsibleCache::add(const Batch &batch)
{
    if (!m_error.isEmpty())
        return false;
    qsizetype start = 0;
    for (const Batch::Entry &entry : batch.entries) {
        if (!addRecord(QByteArrayView(batch.lines).sliced(start, qsizetype(entry.lineEnd) - start)))
            return false;
        start = entry.lineEnd;
    }
    return true;
}

bool AnsibleCache::addRecord(QByteArrayView line)
{
    QByteArray host;
    QByteArray content;
    for (JsonMembers member(line); member.next();) {
        if (member.key() == "host")
            host = jsonText(member.value());
        if (member.key() == "host_base64") // stands behind it
            host = hostBytes(host, member.value());
        if (member.key() == "facts") {
            content = cacheOf(member.value(), m_otherKeys);
            break;
        }
    }
    if (content.isEmpty())
        return true;
    if (!isFileName(host)) {
        note(QStringLiteral("the host %1 has a name that is no file's: it has none in %2")
                 .arg(printable(host, 40), QString::fromLocal8Bit(m_path)));
        return true;
    }
    const FileHandle file(openat(m_live.get(), host.constData(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!file.isOpen() || fchmod(file.get(), m_newFileMode) != 0 || !writeAll(file.get(), content))
        return fail(errorText(errno));
    m_isEmpty = false;
    return true;
}

bool AnsibleCache::end(const Document::Ending &)
{
    // One sync for all of them: thousands of files, one fsync each, would take minutes.
    return m_error.isEmpty() && takeAfterOld() && (syncfs(m_live.get()) == 0 || fail(errorText(errno)));
}

// What replaces a file gets its owner and mode; a link is not followed, and is replaced as if nothing were there. Before the first has its
// name: if one may not be given away, none of them is changed.
bool AnsibleCache::takeAfterOld()
{
    const FileHandle folder(::open(m_folder.constData(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!folder.isOpen())
        return fail(errorText(errno));
    std::error_code problem;
    for (const fs::directory_entry &entry : fs::directory_iterator(m_livePath.toStdString(), problem)) {
        const std::string name = entry.path().filename().string();
        struct stat old
        {
        };
        if (fstatat(folder.get(), name.c_str(), &old, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(old.st_mode))
            continue;
        const FileHandle file(openat(m_live.get(), name.c_str(), O_WRONLY | O_NOFOLLOW | O_CLOEXEC));
        if (!file.isOpen())
            return fail(errorText(errno));
        if (!takeAfter(file.get(), &old, m_newFileMode, m_path + QByteArray::fromStdString(name), &m_error))
            return false;
    }
    return !problem || fail(QString::fromStdString(problem.message()));
}

bool AnsibleCache::name(bool isPartial)
{
    if (m_isEmpty) {
        note(QStringLiteral("no host gave facts of ssh-facts: %1 has nothing new").arg(QString::fromLocal8Bit(m_path)));
        m_hasName = false;
        return true;
    }
    const QByteArray partial = m_path.chopped(1) + ".partial";
    std::error_code problem;
    if (!isPartial) {
        const bool isGood = moveFiles();
        if (isGood && m_goesOn) // the same run, before it went on
            fs::remove_all(partial.toStdString(), problem);
        return isGood;
    }
    fs::remove_all(partial.toStdString(), problem);
    fs::rename(m_livePath.toStdString(), partial.toStdString(), problem);
    if (problem)
        return fail(QString::fromStdString(problem.message()));
    m_isThere = false;
    m_path = partial + '/';
    return true;
}

bool AnsibleCache::moveFiles()
{
    std::error_code problem;
    const FileHandle folder(::open(m_path.constData(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    for (const fs::directory_entry &entry : fs::directory_iterator(m_livePath.toStdString(), problem)) {
        const std::string name = entry.path().filename().string();
        if (renameat(m_live.get(), name.c_str(), folder.get(), name.c_str()) != 0)
            return fail(errorText(errno));
    }
    if (problem)
        return fail(QString::fromStdString(problem.message()));
    return fsync(folder.get()) == 0 || fail(errorText(errno));
}

} // namespace collector
