# shellcheck shell=sh
s_lvm() {
    [ "$O" = Linux ] || return
    has vgs || {
        m 'M tool_missing lvm'
        return
    }
    if [ "$U" != 0 ] && [ -z "$B" ]; then
        m 'M denied lvm'
        return
    fi
    for _o in /sbin /usr/sbin; do
        [ -x "$_o/vgs" ] || continue
        _r=0
        root vgs "$_o/vgs" --noheadings --nosuffix --units g --separator , -o vg_name,pv_count,lv_count,vg_size,vg_free
        # What has hung once would do so again.
        [ "$_r" != 137 ] || break
        root lvs "$_o/lvs" --noheadings --nosuffix --units g --separator , -o lv_name,vg_name,lv_size
        root pvs "$_o/pvs" --noheadings --nosuffix --units g --separator , -o pv_name,vg_name,pv_size,pv_free
        break
    done
}
