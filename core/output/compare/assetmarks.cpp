#include "output/compare/assetmarks.h"

#include "output/compare/plaintext.h"

#include "model/json.h"

#include <QCryptographicHash>

#include <algorithm>
#include <array>
#include <set>

namespace collector {

namespace {

constexpr size_t mostAlike = 17; // hosts that may be one machine under several names
constexpr std::array<QByteArrayView, 4> traitNames{"machine_id", "product_uuid", "product_serial", "host_key"};

// What vendors write where there is no serial number, in lower case, letters and digits alone.
constexpr std::array<QByteArrayView, 36> junkSerials{"none",
                                                     "na",
                                                     "nil",
                                                     "null",
                                                     "notspecified",
                                                     "notavailable",
                                                     "notapplicable",
                                                     "tobefilledbyoem",
                                                     "tobefilled",
                                                     "defaultstring",
                                                     "systemserialnumber",
                                                     "chassisserialnumber",
                                                     "baseboardserialnumber",
                                                     "serialnumber",
                                                     "serial",
                                                     "sernum",
                                                     "unknown",
                                                     "unspecified",
                                                     "invalid",
                                                     "empty",
                                                     "undefined",
                                                     "oem",
                                                     "oemstring",
                                                     "123456789",
                                                     "0123456789",
                                                     "1234567890",
                                                     "12345678",
                                                     "1234567",
                                                     "123456",
                                                     "12345",
                                                     "1234",
                                                     "01234567890123456789",
                                                     "mbserialnumber",
                                                     "testserial",
                                                     "noserial",
                                                     "standard"};

// UUIDs that came with the board's firmware sources.
constexpr std::array<QByteArrayView, 5> junkUuids{"03000200040005000006000700080009", "00020003000400050006000700080009",
                                                  "123456781234567890abcddeefaabbcc", "11111111222233334444555555555555",
                                                  "4c4c454400002010802080c04f202020"};

QByteArray wordOf(QByteArrayView value)
{
    QByteArray word;
    for (const char c : value) {
        if (c >= 'A' && c <= 'Z')
            word += char(c - 'A' + 'a');
        else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || uchar(c) >= 0x80)
            word += c;
    }
    return word;
}

bool isOneLetter(const QByteArray &word)
{
    return std::all_of(word.begin(), word.end(), [&](char c) { return c == word.front(); });
}

QByteArray comparableUuid(const QByteArray &digits)
{
    const bool isUuid = digits.size() == 32 &&
                        std::all_of(digits.begin(), digits.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
    if (!isUuid)
        return {};
    // The first three fields, each turned round: SMBIOS 2.6 and later against what came before it.
    QByteArray turned;
    for (const auto &[from, bytes] : {std::pair(0, 4), std::pair(4, 2), std::pair(6, 2)}) {
        for (int i = bytes - 1; i >= 0; --i)
            turned += digits.mid(2 * (from + i), 2);
    }
    turned += digits.mid(16);
    for (const QByteArrayView junk : junkUuids) {
        if (junk == digits || junk == turned)
            return {};
    }
    return std::min(digits, turned);
}

} // namespace

QByteArray AssetMarks::comparable(Trait trait, QByteArrayView value, QByteArrayView vendor)
{
    const QByteArray word = wordOf(value);
    if (trait == Trait::HostKey)
        return value.startsWith("SHA256:") ? value.toByteArray() : QByteArray();
    if (word.size() < 4 || isOneLetter(word))
        return {};
    if (trait == Trait::ProductUuid)
        return comparableUuid(word);
    if (trait == Trait::MachineId)
        return word == "uninitialized" ? QByteArray() : word;
    if (std::find(junkSerials.begin(), junkSerials.end(), word) != junkSerials.end())
        return {};
    return wordOf(vendor) + '/' + word;
}

void AssetMarks::note(Trait trait, QByteArrayView value, QByteArrayView vendor)
{
    const QByteArray known = comparable(trait, value, vendor);
    if (known.isEmpty())
        return;
    const QByteArray key = char('0' + int(trait)) + known;
    HostNumbers &hosts = m_hosts[key];
    const auto host = HostNumber(m_traits.size() - 1);
    if (!hosts.empty() && hosts.back() == host)
        return;
    hosts.push_back(host);
    m_traits.back().push_back(key);
}

void AssetMarks::add(QByteArrayView host, QByteArrayView record)
{
    m_names.add(host);
    m_traits.emplace_back();
    QByteArray machineId, uuid, serial, vendor;
    QByteArrayView facts, connection;
    for (JsonMembers walk(record); walk.next();) {
        if (walk.key() == "facts")
            facts = walk.value();
        else if (walk.key() == "connection")
            connection = walk.value();
    }
    for (JsonMembers fact(facts); fact.next();) {
        const QByteArrayView key = fact.key();
        if (key == "machine_id")
            machineId = jsonText(fact.value());
        else if (key == "product_uuid")
            uuid = jsonText(fact.value());
        else if (key == "product_serial")
            serial = jsonText(fact.value());
        else if (key == "system_vendor")
            vendor = jsonText(fact.value());
        else if (key.startsWith("ssh_host_key_") && key.endsWith("_public")) {
            const QByteArray blob = QByteArray::fromBase64(jsonText(fact.value()));
            if (!blob.isEmpty())
                note(Trait::HostKey, "SHA256:" + QCryptographicHash::hash(blob, QCryptographicHash::Sha256)
                                                     .toBase64(QByteArray::Base64Encoding | QByteArray::OmitTrailingEquals));
        }
    }
    note(Trait::MachineId, machineId);
    note(Trait::ProductUuid, uuid);
    note(Trait::Serial, serial, vendor);
    note(Trait::HostKey, jsonText(jsonMember(connection, "host_key")));
}

void AssetMarks::append(HostNumber host, QByteArray &out) const
{
    std::set<HostNumber> others; // numbers are in the order of names
    std::set<char> traits;
    for (const QByteArray &key : m_traits[host]) {
        const HostNumbers &hosts = m_hosts.find(key).value();
        if (hosts.size() < 2 || hosts.size() > mostAlike)
            continue;
        traits.insert(key.front());
        others.insert(hosts.begin(), hosts.end());
    }
    others.erase(host);
    if (others.empty())
        return;
    char separator = '[';
    out += ",\"same_asset_as\":";
    for (const HostNumber other : others) {
        out += separator;
        appendJsonString(out, m_names.name(other));
        separator = ',';
    }
    out += "],\"same_asset_by\":";
    separator = '[';
    for (const char trait : traits) {
        out += separator;
        out += '"' + traitNames[size_t(trait - '0')].toByteArray() + '"';
        separator = ',';
    }
    out += ']';
}

QStringList AssetMarks::warnings() const
{
    std::array<const HostNumbers *, traitNames.size()> largest{};
    for (auto it = m_hosts.begin(); it != m_hosts.end(); ++it) {
        const HostNumbers *&known = largest[size_t(it.key().front() - '0')];
        const bool isLarger = !known || it->size() > known->size() || (it->size() == known->size() && it->front() < known->front());
        if (it->size() > mostAlike && isLarger)
            known = &*it;
    }
    QStringList lines;
    for (size_t i = 0; i < largest.size(); ++i) {
        if (!largest[i])
            continue;
        const auto name = [&](size_t n) { return QString::fromUtf8(printable(m_names.name(largest[i]->at(n)))); };
        lines.append(QStringLiteral("%1 hosts have the same %2, %3 and %4 among them, and are not marked for it: cloned from one image, or "
                                    "behind one gateway?")
                         .arg(largest[i]->size())
                         .arg(QString::fromUtf8(traitNames[i]), name(0), name(1)));
    }
    return lines;
}

} // namespace collector
