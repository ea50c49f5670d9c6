#include "output/jsonpath.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>

namespace collector {

namespace {

using Step = JsonPath::Step;

bool isNameStart(QChar c)
{
    return c.isLetter() || c == u'_';
}

// A name may hold dashes here, unlike jq's: `ssh-facts` is no subtraction.
bool isNameRest(QChar c)
{
    return c.isLetterOrNumber() || c == u'_' || c == u'-';
}

// The string that begins with the quote at `at`, decoded; `at` moves past it.
std::optional<QString> takeQuoted(QStringView text, qsizetype &at)
{
    qsizetype end = at + 1;
    while (end < text.size() && text[end] != u'"')
        end += text[end] == u'\\' ? 2 : 1;
    if (end >= text.size())
        return std::nullopt;
    const QByteArray json = '[' + text.sliced(at, end + 1 - at).toUtf8() + ']';
    const QJsonArray array = QJsonDocument::fromJson(json).array();
    at = end + 1;
    if (array.size() != 1)
        return std::nullopt;
    return array.first().toString();
}

// What stands between brackets; `at` is behind the opening one, and moves past the closing one.
std::optional<Step> takeBracket(QStringView text, qsizetype &at)
{
    Step step{Step::Kind::Each, {}, 0};
    if (at < text.size() && text[at] == u'"') {
        auto member = takeQuoted(text, at);
        if (!member)
            return std::nullopt;
        step = {Step::Kind::Member, *member, 0};
    } else if (const qsizetype end = text.indexOf(u']', at); end > at) {
        bool isNumber = false;
        step = {Step::Kind::Index, {}, text.sliced(at, end - at).toInt(&isNumber)};
        if (!isNumber)
            return std::nullopt;
        at = end;
    }
    if (at >= text.size() || text[at] != u']')
        return std::nullopt;
    ++at;
    return step;
}

QJsonValue findFrom(const QJsonValue &value, const std::vector<Step> &steps, size_t first)
{
    QJsonValue current = value;
    for (size_t i = first; i < steps.size(); ++i) {
        const Step &step = steps[i];
        if (step.kind == Step::Kind::Member) {
            current = current.isObject() ? current.toObject().value(step.member) : QJsonValue(QJsonValue::Undefined);
            continue;
        }
        if (step.kind == Step::Kind::Index) {
            const QJsonArray array = current.toArray();
            const qsizetype index = step.index < 0 ? array.size() + step.index : step.index;
            current = index >= 0 && index < array.size() ? array.at(index) : QJsonValue(QJsonValue::Undefined);
            continue;
        }
        if (!current.isArray() && !current.isObject())
            return QJsonValue(QJsonValue::Undefined);
        QJsonArray found;
        const auto visit = [&](const QJsonValue &item) {
            const QJsonValue below = findFrom(item, steps, i + 1);
            if (below.isUndefined() || below.isNull())
                return;
            // A further `[]` below gives a list, which is one with this.
            const bool isNested = below.isArray() && std::any_of(steps.begin() + qsizetype(i) + 1, steps.end(),
                                                                 [](const Step &s) { return s.kind == Step::Kind::Each; });
            if (!isNested) {
                found.append(below);
                return;
            }
            const QJsonArray inner = below.toArray();
            for (const QJsonValue &each : inner)
                found.append(each);
        };
        if (current.isArray()) {
            const QJsonArray array = current.toArray();
            for (const QJsonValue &item : array)
                visit(item);
        } else {
            const QJsonObject object = current.toObject();
            for (auto it = object.begin(); it != object.end(); ++it)
                visit(it.value());
        }
        return found;
    }
    return current;
}

} // namespace

std::optional<JsonPath> JsonPath::parse(const QString &text, QString *error)
{
    const auto refuse = [&](const QString &reason) {
        *error =
            QStringLiteral("the path `%1` %2; paths are as in jq: .distribution, .mounts[].mount, .[\"eth0.100\"].mtu").arg(text, reason);
        return std::nullopt;
    };
    const QStringView view = QStringView(text).trimmed();
    std::vector<Step> steps;
    qsizetype at = view.startsWith(u'.') ? 1 : 0;
    bool wantsStep = true; // a dot stands before
    while (at < view.size()) {
        const QChar c = view[at];
        if (c == u'[') {
            ++at;
            auto step = takeBracket(view, at);
            if (!step)
                return refuse(QStringLiteral("has brackets that hold no name, number or nothing"));
            steps.push_back(*step);
        } else if (wantsStep && c == u'"') {
            auto member = takeQuoted(view, at);
            if (!member)
                return refuse(QStringLiteral("has a quote that is not closed"));
            steps.push_back({Step::Kind::Member, *member, 0});
        } else if (wantsStep && isNameStart(c)) {
            const qsizetype from = at;
            while (at < view.size() && isNameRest(view[at]))
                ++at;
            steps.push_back({Step::Kind::Member, view.sliced(from, at - from).toString(), 0});
        } else {
            return refuse(QStringLiteral("cannot be read from `%1` on").arg(view.sliced(at)));
        }
        wantsStep = at < view.size() && view[at] == u'.';
        if (wantsStep && ++at == view.size())
            return refuse(QStringLiteral("ends in a dot"));
    }
    if (steps.empty())
        return refuse(QStringLiteral("names nothing"));
    return JsonPath(std::move(steps));
}

JsonPath JsonPath::below(size_t first) const
{
    return JsonPath(std::vector<Step>(m_steps.begin() + qsizetype(qMin(first, m_steps.size())), m_steps.end()));
}

QJsonValue JsonPath::find(const QJsonValue &root) const
{
    return findFrom(root, m_steps, 0);
}

} // namespace collector
