// AnsibleCache: a folder that Ansible's fact cache `jsonfile` reads: for each host one file of its name, which holds the facts
// of `ssh-facts` as `setup` names them (`ansible_distribution`), and those of other plugins as `collector_<plugin>`. With
// `gathering = smart` Ansible then asks no host again. A host of which no facts were had keeps the file that it has;
// a folder that was made here and that nothing came into is taken away again.
//
// Files are written into `.DIR.live` and moved at the end, each at once, with owner and mode of the file that it replaces, as regular
// outputs are.

#pragma once

#include "output/output.h"

namespace collector {

class AnsibleCache final : public Output
{
public:
    [[nodiscard]] static std::unique_ptr<AnsibleCache> open(const OutputSpec &spec, const Setup &setup, QString *error);
    ~AnsibleCache() override;

    bool begin() override { return true; }
    bool add(const Batch &batch) override;
    bool pause() override { return true; }
    bool end(const Document::Ending &ending) override;
    bool name(bool isPartial) override;
    bool hasName() const override { return m_hasName; }

private:
    AnsibleCache(const OutputSpec &spec, const Setup &setup);
    bool addRecord(QByteArrayView line);
    bool takeAfterOld();
    bool moveFiles();

    QByteArray m_folder;
    QByteArray m_livePath;
    FileHandle m_live; // the folder
    mode_t m_newFileMode;
    bool m_goesOn;
    QList<QByteArray> m_otherKeys; // of `facts`, that belong to other plugins
    bool m_isThere = false;
    bool m_isFolderNew = false;
    bool m_isEmpty = true;
    bool m_hasName = true; // false where there was nothing to name
};

} // namespace collector
