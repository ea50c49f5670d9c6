#include "ssh/knownhostsfile.h"

#include "ssh/keyblob.h"
#include "ssh/namepattern.h"

#include <algorithm>
#include <functional>

namespace collector {

namespace {

constexpr std::string_view blanks = " \t";

size_t skipBlanks(std::string_view text, size_t at)
{
    return std::min(text.find_first_not_of(blanks, at), text.size());
}

uint64_t hashOf(std::string_view name)
{
    return std::hash<std::string_view>()(name);
}

} // namespace

KnownHostsFile::KnownHostsFile(QString path, QByteArray text) : m_path(std::move(path)), m_text(std::move(text))
{
    const std::string_view all(m_text.constData(), size_t(m_text.size()));
    uint32_t number = 0;
    for (size_t begin = 0; begin < all.size();) {
        const size_t end = std::min(all.find('\n', begin), all.size());
        // A line ends at a NUL, as it does for OpenSSH's C strings, and at the CR of a file that was on Windows.
        size_t last = std::min(all.substr(begin, end - begin).find('\0'), end - begin) + begin;
        if (last > begin && all[last - 1] == '\r')
            --last;
        addLine(++number, begin, last);
        begin = end + 1;
    }
    std::sort(m_names.begin(), m_names.end());
}

std::string_view KnownHostsFile::part(size_t begin, size_t end) const
{
    return std::string_view(m_text.constData(), size_t(m_text.size())).substr(begin, end - begin);
}

void KnownHostsFile::addLine(uint32_t number, size_t begin, size_t end)
{
    const std::string_view text = part(begin, end);
    size_t at = skipBlanks(text, 0);
    if (at == text.size() || text[at] == '#')
        return;
    auto marker = KnownKey::Marker::None;
    if (text[at] == '@') {
        const size_t markerEnd = std::min(text.find_first_of(blanks, at), text.size());
        const std::string_view word = text.substr(at, markerEnd - at);
        if (word == "@revoked")
            marker = KnownKey::Marker::Revoked;
        else if (word == "@cert-authority")
            marker = KnownKey::Marker::CertAuthority;
        else
            return;
        at = skipBlanks(text, markerEnd);
        if (at < text.size() && text[at] == '@') // one marker at most
            return;
    }
    const size_t hostsEnd = std::min(text.find_first_of(blanks, at), text.size());
    const std::string_view hosts = text.substr(at, hostsEnd - at);
    if (hosts.empty())
        return;

    const auto index = uint32_t(m_lines.size());
    m_lines.push_back({number, uint32_t(begin + at), uint32_t(begin + hostsEnd), uint32_t(end), marker});
    if (HashedNames::looksHashed(hosts))
        (marker == KnownKey::Marker::None ? m_hashed : m_hashedMarked).add(hosts, index);
    else if (hosts.find_first_of("*?!") != std::string_view::npos)
        m_patterns.push_back(index);
    else
        addNames(hosts, index);
}

void KnownHostsFile::addNames(std::string_view hosts, uint32_t index)
{
    for (size_t begin = 0; begin < hosts.size();) {
        const size_t end = std::min(hosts.find(',', begin), hosts.size());
        if (end > begin)
            m_names.push_back({hashOf(asciiLower(hosts.substr(begin, end - begin))), index});
        begin = end + 1;
    }
}

std::vector<uint32_t> KnownHostsFile::plainLines(std::string_view name) const
{
    std::vector<uint32_t> found;
    const auto isMatch = [&](uint32_t index) {
        const Line &line = m_lines[index];
        return matchHostList(name, part(line.hosts, line.hostsEnd)) == PatternMatch::Positive;
    };
    const uint64_t hash = hashOf(name);
    for (auto it = std::lower_bound(m_names.begin(), m_names.end(), Name{hash, 0}); it != m_names.end() && it->hash == hash; ++it) {
        if ((found.empty() || found.back() != it->line) && isMatch(it->line))
            found.push_back(it->line);
    }
    std::copy_if(m_patterns.begin(), m_patterns.end(), std::back_inserter(found), isMatch);
    return found;
}

void KnownHostsFile::collect(std::string_view name, Hashed hashed, std::vector<KnownKey> &keys) const
{
    std::vector<uint32_t> found = plainLines(name);
    if (hashed == Hashed::Probe) {
        const auto more = m_hashed.find(name);
        found.insert(found.end(), more.begin(), more.end());
    }
    append(std::move(found), keys);
}

void KnownHostsFile::collectHashedMarked(std::string_view name, std::vector<KnownKey> &keys) const
{
    append(m_hashedMarked.find(name), keys);
}

void KnownHostsFile::append(std::vector<uint32_t> lines, std::vector<KnownKey> &keys) const
{
    std::sort(lines.begin(), lines.end());
    for (const uint32_t index : lines) {
        const Line &line = m_lines[index];
        if (QByteArray blob = keyOf(line); !blob.isEmpty())
            keys.push_back({std::move(blob), line.marker, false, m_path, int(line.number)});
    }
}

QByteArray KnownHostsFile::keyOf(const Line &line) const
{
    const std::string_view text = part(line.hostsEnd, line.end);
    const size_t type = skipBlanks(text, 0);
    const size_t typeEnd = std::min(text.find_first_of(blanks, type), text.size());
    const size_t key = skipBlanks(text, typeEnd);
    const size_t keyEnd = std::min(text.find_first_of(blanks, key), text.size());
    const auto decoded =
        QByteArray::fromBase64Encoding(QByteArray(text.data() + key, qsizetype(keyEnd - key)), QByteArray::AbortOnBase64DecodingErrors);
    if (decoded.decodingStatus != QByteArray::Base64DecodingStatus::Ok || !isWellFormedKey(decoded.decoded))
        return {};
    const QByteArray named(text.data() + type, qsizetype(typeEnd - type));
    return keyType(decoded.decoded) == named ? decoded.decoded : QByteArray();
}

std::vector<int> KnownHostsFile::unreadableLines(std::string_view name) const
{
    std::vector<int> numbers;
    for (const uint32_t index : plainLines(name)) {
        if (keyOf(m_lines[index]).isEmpty())
            numbers.push_back(int(m_lines[index].number));
    }
    return numbers;
}

} // namespace collector
