// KeyFiles: the private keys of a run, each imported once and shared by all hosts.
//
// Two phases. Before the run, on the main thread: add passphrases, set the question, preload() what is known to be needed. Then seal();
// from there on any thread may load(), nobody is asked any more, and an encrypted key that no known passphrase opens is `Locked`. load() of
// a path that is new reads and decrypts a file: call it on the offload pool, or preload.

#pragma once

#include "ssh/identity.h"
#include "ssh/secret.h"

#include <QString>
#include <QStringList>

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <vector>

namespace collector {

// What one path gave.
struct LoadedKey
{
    enum class State {
        Ready,   // `key` is there
        Public,  // only the public half, or one that only an agent can sign with (FIDO): good to choose an agent's key
        Locked,  // encrypted, and no passphrase fits
        Missing, // no such file
        Refused, // there, and unusable: `problem`
    };

    State state = State::Missing;
    SharedIdentity key;
    SharedIdentity certificate;  // of FILE-cert.pub, if it is valid now
    QByteArray publicKey;        // as far as it is known
    QByteArray agentCertificate; // of FILE-cert.pub, where only an agent can sign: a blob
    QString problem;             // for a person, with the remedy; also when only the certificate is unusable
};

class KeyFiles
{
public:
    // Asked with the file's name; nothing, or a throw, ends the asking. At most three times a file.
    using Question = std::function<std::optional<Secret>(const QString &path)>;

    void addPassphrase(Secret passphrase);
    void setQuestion(Question question) { m_question = std::move(question); }
    void seal();

    [[nodiscard]] LoadedKey load(const QString &path);

    // For a key that load() found Locked: asks now. Before seal() only.
    [[nodiscard]] LoadedKey unlock(const QString &path);

    // A certificate from CertificateFile for any of `keys` that it certifies; null with a `problem` if there is none.
    [[nodiscard]] SharedIdentity certify(const QString &certificateFile, const std::vector<SharedIdentity> &keys, QString *problem);

private:
    [[nodiscard]] LoadedKey read(const QString &path, bool mayAsk);
    [[nodiscard]] OwnedKey decrypt(const class KeyFile &file, const QString &path, bool mayAsk);

    std::mutex m_mutex;
    std::map<QString, LoadedKey> m_loaded;
    std::vector<Secret> m_passphrases;
    Question m_question;
};

} // namespace collector
