// DueRow: those whose time runs, where all have the same time: it is up in the order in which they began, so a row and one timer at its
// front do, whatever their number. On the reactor's thread.

#pragma once

#include "net/reactor.h"

#include <functional>

namespace collector {

class DueRow final : public Deadlines::Timer
{
public:
    class Node
    {
        friend class DueRow;
        Deadline m_due = never; // never: in no row
        Node *m_before = nullptr;
        Node *m_behind = nullptr;
    };

    // `whenUp` is told within a turn, as a timer is, of each whose time is up; it has left the row.
    DueRow(Reactor &reactor, std::function<void(Node &)> whenUp) : m_reactor(reactor), m_whenUp(std::move(whenUp)) {}

    // `due` is not before that of those who are in it.
    void append(Node &node, Deadline due)
    {
        node.m_due = due;
        node.m_before = m_last;
        (m_last ? m_last->m_behind : m_first) = &node;
        m_last = &node;
        // It may still be set for one that has left: then it finds nobody, and is set anew.
        if (!isRunning())
            m_reactor.startTimer(*this, due);
    }

    // Nothing, if it is not in the row.
    void remove(Node &node)
    {
        if (node.m_due == never)
            return;
        (node.m_before ? node.m_before->m_behind : m_first) = node.m_behind;
        (node.m_behind ? node.m_behind->m_before : m_last) = node.m_before;
        node = {};
    }

protected:
    void expired() override
    {
        while (m_first && m_first->m_due <= m_reactor.now()) {
            Node &node = *m_first;
            remove(node);
            m_whenUp(node);
        }
        if (m_first)
            m_reactor.startTimer(*this, m_first->m_due);
    }

private:
    Reactor &m_reactor;
    const std::function<void(Node &)> m_whenUp;
    Node *m_first = nullptr;
    Node *m_last = nullptr;
};

} // namespace collector
