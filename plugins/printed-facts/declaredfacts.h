// DeclaredFacts: what the user says of the facts that a script prints: a manifest of facts (`--manifest FILE`), or nothing, and then
// anything goes. Immutable once loaded; any thread.

#pragma once

#include "printedfacts.h"

#include <collector/job.h>

namespace collector {

class DeclaredFacts
{
public:
    // `{"facts": [{"name": …, "type": …}, …]}`, as in a plugin's manifest. Throws JobError (bad_variable) with every defect.
    // An empty path: nothing is declared.
    void load(const QString &path);

    // Sets the facts of the job. Where there is a manifest: a text becomes what is declared (`42`, `yes`, `a,b`); what is undeclared or
    // of another type is left out, and the job is partial; what was not printed, or is null, is absent. A defect of `printed` makes it
    // partial too.
    void store(const PrintedFacts &printed, JobContext &job) const;

private:
    std::shared_ptr<const Manifest> m_manifest; // null: nothing is declared
};

// A file of the user's, whole. Throws JobError (bad_variable): cannot be read, or larger than 8 MiB. `option` names it in messages.
[[nodiscard]] QByteArray readUsersFile(const QString &path, const QString &option);

} // namespace collector
