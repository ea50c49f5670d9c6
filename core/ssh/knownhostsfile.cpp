#include "ssh/knownhostsfile.h"

#include "ssh/keyblob.h"
#include "ssh/namepattern.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace collector {

namespace {

bool isBlank(char c)
{
    return c == ' ' || c == '\t';
}

size_t skipBlanks(std::string_view text, size_t at)
{
    while (at < text.size() && isBlank(text[at]))
        ++at;
    return at;
}

size_t wordEnd(std::string_view text, size_t at)
{
    while (at < text.size() && !isBlank(text[at]))
        ++at;
    return at;
}

bool hasWildcards(std::string_view hosts)
{
    return std::any_of(hosts.begin(), hosts.end(), [](char c) { return c == '*' || c == '?' || c == '!'; });
}

// Of a name in whatever case: eight bytes at a time, with the bit set in which the cases of a letter differ.
uint32_t hashOf(std::string_view name)
{
    uint64_t hash = name.size();
    for (size_t at = 0; at < name.size(); at += sizeof hash) {
        uint64_t word = 0;
        if (name.size() - at >= sizeof word) {
            std::memcpy(&word, name.data() + at, sizeof word);
        } else {
            for (size_t i = at; i < name.size(); ++i)
                word = word << 8 | static_cast<unsigned char>(name[i]);
        }
        hash = (hash ^ (word | 0x2020202020202020U)) * 0x9e3779b97f4a7c15U;
        hash ^= hash >> 32;
    }
    return uint32_t(hash);
}

} // namespace

KnownHostsFile::KnownHostsFile(QString path, QByteArray text) : m_path(std::move(path)), m_text(std::move(text))
{
    const auto size = size_t(m_text.size());
    uint32_t number = 0;
    for (size_t begin = 0; begin < size;) {
        const std::string_view line = textAt(begin);
        add(parse(line), {uint32_t(begin), ++number});
        begin += line.size() + 1;
    }
    makeTable();
}

// The line that begins there, without its newline.
std::string_view KnownHostsFile::textAt(size_t begin) const
{
    const std::string_view rest = std::string_view(m_text.constData(), size_t(m_text.size())).substr(begin);
    return rest.substr(0, rest.find('\n'));
}

// Without hosts where there is nothing that counts.
KnownHostsFile::Line KnownHostsFile::parse(std::string_view text)
{
    // A line ends at a NUL, as it does for OpenSSH's C strings, and at the CR of a file that was on Windows.
    text = text.substr(0, text.find('\0'));
    if (text.ends_with('\r'))
        text.remove_suffix(1);
    size_t at = skipBlanks(text, 0);
    if (at == text.size() || text[at] == '#')
        return {};
    Line line{};
    if (text[at] == '@') {
        const size_t markerEnd = wordEnd(text, at);
        const std::string_view word = text.substr(at, markerEnd - at);
        if (word == "@revoked")
            line.marker = KnownKey::Marker::Revoked;
        else if (word == "@cert-authority")
            line.marker = KnownKey::Marker::CertAuthority;
        else
            return {};
        at = skipBlanks(text, markerEnd);
        if (at < text.size() && text[at] == '@') // one marker at most
            return {};
    }
    const size_t hostsEnd = wordEnd(text, at);
    line.hosts = text.substr(at, hostsEnd - at);
    line.key = text.substr(hostsEnd);
    return line;
}

KnownHostsFile::Line KnownHostsFile::lineAt(uint32_t index) const
{
    return parse(textAt(m_lines[index].begin));
}

void KnownHostsFile::add(const Line &line, Place place)
{
    if (line.hosts.empty())
        return;
    const auto index = uint32_t(m_lines.size());
    m_lines.push_back(place);
    if (HashedNames::looksHashed(line.hosts))
        (line.marker == KnownKey::Marker::None ? m_hashed : m_hashedMarked).lines.push_back(index);
    else if (hasWildcards(line.hosts))
        m_patterns.push_back(index);
    else
        addNames(line.hosts, index);
}

void KnownHostsFile::addNames(std::string_view hosts, uint32_t index)
{
    for (size_t begin = 0; begin < hosts.size();) {
        const size_t end = std::min(hosts.find(',', begin), hosts.size());
        if (end > begin)
            m_names.push_back({hashOf(hosts.substr(begin, end - begin)), index, 0});
        begin = end + 1;
    }
}

void KnownHostsFile::makeTable()
{
    m_table.resize(std::bit_ceil(m_names.size()));
    for (uint32_t i = 0; i < m_names.size(); ++i)
        m_names[i].next = std::exchange(m_table[m_names[i].hash & (m_table.size() - 1)], i + 1);
}

std::vector<uint32_t> KnownHostsFile::plainLines(std::string_view name) const
{
    std::vector<uint32_t> found;
    const auto isMatch = [&](uint32_t index) { return matchHostList(name, lineAt(index).hosts) == PatternMatch::Positive; };
    const uint32_t hash = hashOf(name);
    for (uint32_t at = m_table[hash & (m_table.size() - 1)]; at > 0; at = m_names[at - 1].next) {
        const Name &each = m_names[at - 1];
        if (each.hash == hash && (found.empty() || found.back() != each.line) && isMatch(each.line))
            found.push_back(each.line);
    }
    std::copy_if(m_patterns.begin(), m_patterns.end(), std::back_inserter(found), isMatch);
    return found;
}

// On the offload pool the first time, as KnownHosts has it: a long file takes a moment.
std::vector<uint32_t> KnownHostsFile::find(const HashedLines &among, std::string_view name) const
{
    std::call_once(among.isPrepared, [&] {
        for (const uint32_t index : among.lines)
            among.names.add(lineAt(index).hosts, index);
    });
    return among.names.find(name);
}

void KnownHostsFile::collect(std::string_view name, Hashed hashed, std::vector<KnownKey> &keys) const
{
    std::vector<uint32_t> found = plainLines(name);
    if (hashed == Hashed::Probe) {
        const auto more = find(m_hashed, name);
        found.insert(found.end(), more.begin(), more.end());
    }
    append(std::move(found), keys);
}

void KnownHostsFile::collectHashedMarked(std::string_view name, std::vector<KnownKey> &keys) const
{
    append(find(m_hashedMarked, name), keys);
}

void KnownHostsFile::append(std::vector<uint32_t> lines, std::vector<KnownKey> &keys) const
{
    std::sort(lines.begin(), lines.end());
    for (const uint32_t index : lines) {
        const Line line = lineAt(index);
        if (QByteArray blob = decoded(line); !blob.isEmpty())
            keys.push_back({std::move(blob), line.marker, false, m_path, int(m_lines[index].number)});
    }
}

QByteArray KnownHostsFile::decoded(const Line &line)
{
    const size_t type = skipBlanks(line.key, 0);
    const size_t typeEnd = wordEnd(line.key, type);
    const size_t key = skipBlanks(line.key, typeEnd);
    const std::string_view base64 = line.key.substr(key, wordEnd(line.key, key) - key);
    const auto result =
        QByteArray::fromBase64Encoding(QByteArray(base64.data(), qsizetype(base64.size())), QByteArray::AbortOnBase64DecodingErrors);
    if (result.decodingStatus != QByteArray::Base64DecodingStatus::Ok || !isWellFormedKey(result.decoded))
        return {};
    const QByteArray named(line.key.data() + type, qsizetype(typeEnd - type));
    return keyType(result.decoded) == named ? result.decoded : QByteArray();
}

std::vector<int> KnownHostsFile::unreadableLines(std::string_view name) const
{
    std::vector<int> numbers;
    for (const uint32_t index : plainLines(name)) {
        if (decoded(lineAt(index)).isEmpty())
            numbers.push_back(int(m_lines[index].number));
    }
    std::sort(numbers.begin(), numbers.end());
    return numbers;
}

} // namespace collector
