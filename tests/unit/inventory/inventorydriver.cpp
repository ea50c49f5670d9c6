// The verb as a program of its own, for the tests that compare it with ansible-inventory.
#include "cli/inventoryverb.h"

#include <QCoreApplication>

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    return collector::runInventoryVerb(application.arguments().mid(1));
}
