// What was read from ssh_config files: conditions (Host and Match lines, nested by Include) and, in the files' order, what is set under
// each.
//
// Plain data, built by SshConfigReader, immutable afterwards, read by SshConfig on any thread.

#pragma once

#include "ssh/sshwords.h"

#include <QByteArray>
#include <QList>

#include <string>
#include <unordered_map>
#include <vector>

namespace collector {

struct SshStatement
{
    SshWord word;
    QList<QByteArray> values; // as sshValues() gives them
    QByteArray origin;        // "/etc/ssh/ssh_config:12", or the option that it is from
};

struct SshCriterion
{
    enum class Kind { All, Host, OriginalHost, User, LocalUser, Final }; // `canonical` is Final that does not ask for a second pass

    Kind kind;
    bool isNegated = false;
    QByteArray patterns;
};

struct SshCondition
{
    enum class Kind { Always, Host, Match };

    int parent = -1; // the condition under which the file was included; -1: none
    Kind kind = Kind::Always;
    QList<QByteArray> patterns; // of Host, each with its `!`
    std::vector<SshCriterion> criteria;
};

// A run of statements under one condition. An Include in the middle of a block splits it.
struct SshSegment
{
    int condition = 0;
    bool isFirst = true; // of its condition: here it is decided whether it holds
    std::vector<SshStatement> statements;
};

struct SshConfigTree
{
    std::vector<SshCondition> conditions{SshCondition{}};
    std::vector<SshSegment> segments;
    bool wantsFinalPass = false; // a `Match final` stands somewhere

    // Files made by a tool have one Host line a machine, with nothing but names: such segments are found by name, the others are tried for
    // every host.
    std::unordered_map<std::string, std::vector<int>> byName;
    std::vector<int> tried;
};

} // namespace collector
