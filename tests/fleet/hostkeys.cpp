#include "hostkeys.h"

#include "wirecodec.h"

#include <openssl/evp.h>

#include <sstream>
#include <stdexcept>

namespace collector::fleet {

namespace {

Key generate()
{
    ssh_key key = nullptr;
    if (ssh_pki_generate(SSH_KEYTYPE_ED25519, 0, &key) != SSH_OK)
        throw std::runtime_error("cannot generate a host key");
    return Key(key);
}

Key privateKey(const std::string &file)
{
    ssh_key key = nullptr;
    if (ssh_pki_import_privkey_file(file.c_str(), nullptr, nullptr, nullptr, &key) != SSH_OK)
        throw std::runtime_error("cannot read the host key " + file);
    return Key(key);
}

Key publicKey(const std::string &file)
{
    ssh_key key = nullptr;
    if (ssh_pki_import_pubkey_file(file.c_str(), &key) != SSH_OK)
        throw std::runtime_error("cannot read the public key " + file);
    return Key(key);
}

std::string decoded(std::string_view base64)
{
    std::string bytes(base64.size() / 4 * 3 + 3, '\0');
    const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char *>(bytes.data()),
                                     reinterpret_cast<const unsigned char *>(base64.data()), static_cast<int>(base64.size()));
    bytes.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
    return bytes;
}

// libssh signs nothing for others, but it exports: PROTOCOL.key of OpenSSH, not encrypted.
WireIdentity identityOf(ssh_key key)
{
    if (ssh_key_type(key) != SSH_KEYTYPE_ED25519)
        return {};
    char *pem = nullptr;
    if (ssh_pki_export_privkey_base64(key, nullptr, nullptr, nullptr, &pem) != SSH_OK)
        throw std::runtime_error("cannot export the host key");
    std::string base64;
    std::istringstream lines{std::string(pem)};
    ssh_string_free_char(pem);
    for (std::string line; std::getline(lines, line);) {
        if (!line.starts_with("-----"))
            base64 += line;
    }
    const std::string bytes = decoded(base64);
    WireReader reader(bytes);
    static_cast<void>(reader.raw(sizeof "openssh-key-v1"));
    for (int i = 0; i < 3; ++i)
        static_cast<void>(reader.text()); // cipher, derivation, its options
    static_cast<void>(reader.number());
    const std::string blob(reader.text());
    WireReader secret(reader.text());
    static_cast<void>(secret.raw(8)); // the check
    static_cast<void>(secret.text()); // type
    static_cast<void>(secret.text()); // the public half
    const std::string seed(secret.text().substr(0, 32));
    if (!secret.isGood() || seed.size() != 32)
        throw std::runtime_error("cannot read the host key as exported");
    return {blob, seed};
}

} // namespace

HostKeys::HostKeys(const Options &options)
    : m_key(options.hostKeyFile.empty() ? generate() : privateKey(options.hostKeyFile)),
      m_otherKey(generate()),
      m_identity(identityOf(m_key.get()))
{
    for (const std::string &file : options.authorizedKeyFiles)
        m_authorized.push_back(publicKey(file));
}

std::string HostKeys::knownHostsLine(std::uint16_t port) const
{
    char *text = nullptr;
    if (ssh_pki_export_pubkey_base64(m_key.get(), &text) != SSH_OK)
        throw std::runtime_error("cannot export the host key");
    const std::string pattern = port == 22 ? "127.*" : "[127.*]:" + std::to_string(port);
    std::string line = pattern + ' ' + ssh_key_type_to_char(ssh_key_type(m_key.get())) + ' ' + text;
    ssh_string_free_char(text);
    return line;
}

bool HostKeys::mayLogIn(ssh_key candidate) const
{
    if (m_authorized.empty())
        return true;
    for (const Key &key : m_authorized) {
        if (ssh_key_cmp(key.get(), candidate, SSH_KEY_CMP_PUBLIC) == 0)
            return true;
    }
    return false;
}

std::string HostKeys::fingerprintOf(ssh_key key)
{
    unsigned char *hash = nullptr;
    std::size_t size = 0;
    if (ssh_get_publickey_hash(key, SSH_PUBLICKEY_HASH_SHA256, &hash, &size) != SSH_OK)
        return "SHA256:?";
    char *text = ssh_get_fingerprint_hash(SSH_PUBLICKEY_HASH_SHA256, hash, size);
    ssh_clean_pubkey_hash(&hash);
    std::string result = text ? text : "SHA256:?";
    ssh_string_free_char(text);
    return result;
}

} // namespace collector::fleet
