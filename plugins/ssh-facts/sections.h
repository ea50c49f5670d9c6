// The sections: what the script can print, who parses it, and by which words it is asked for. The one table that a new
// section is added to.

#pragma once

#include "findings.h"
#include "frames.h"

#include <QByteArray>
#include <QList>

#include <span>

namespace collector::facts {

struct SectionSpec
{
    enum class Cost {
        Minimal, // Ansible's `min`
        Default, // in `all`
        Long,    // by name, or with `everything`
        Private, // by name only: what it holds may be secret
    };

    const char *name;
    Cost cost;
    const char *words; // further words that ask for it: Ansible's, with blanks between them
    const char *needs; // sections that its parser builds on
    void (*parse)(const Section &in, Findings &out);
};

// In the order in which they are printed and parsed: what others build on first, what may hang last.
[[nodiscard]] std::span<const SectionSpec> allSections();

// The sections that `words` (Ansible's gather_subset and ours) ask for, in order, with those that they need. An unknown
// word is put into `unknown`, where one is given.
[[nodiscard]] QList<const SectionSpec *> selectSections(const QList<QByteArray> &words, QList<QByteArray> *unknown);

// All words that select something but Ansible's for single facts, with commas: for who has mistyped one.
[[nodiscard]] QByteArray subsetNames();

// The script for these sections. `settings` is its first line, and all of it that changes from run to run.
struct ScriptSettings
{
    QByteArray nonce;
    int commandSeconds = 5;
    int totalSeconds = 50;
    QByteArray toolFolders = "/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin:/usr/pkg/sbin:/usr/pkg/bin:/opt/homebrew/bin";
};
// How it stands in the first line that nothing is raised; the transport puts in its place how things are.
inline constexpr QByteArrayView notRaised = "B='' W=''";
[[nodiscard]] QByteArray scriptFor(const QList<const SectionSpec *> &sections, const ScriptSettings &settings);
// What follows the first line, with every section: what is hashed and printed.
[[nodiscard]] QByteArray wholeScript();

// Everything that a host printed, parsed. Facts of the asked sections that it did not give are missing, with a reason.
[[nodiscard]] Findings parseAnswer(const Frames &frames, const QList<const SectionSpec *> &sections, const Manifest &manifest);
[[nodiscard]] Findings parseAnswer(QByteArrayView output, QByteArrayView nonce, const QList<const SectionSpec *> &sections,
                                   const Manifest &manifest);

} // namespace collector::facts
