package simulator

import (
	"reflect"
	"strings"
)

// Columns are the names of the properties in each view, by the view's name.
func (t *Tenant) Columns() map[string][]string {
	all := map[string][]string{}
	v := reflect.ValueOf(t.views)
	for i := range v.NumField() {
		view := v.Field(i)
		if view.Kind() != reflect.Slice || view.Type().Elem().Kind() != reflect.Struct {
			continue // made of columns, none itself
		}
		if f, ok := view.Type().Elem().FieldByName("name"); !ok || f.Type.Kind() != reflect.String {
			continue
		}
		for j := range view.Len() {
			name := v.Type().Field(i).Name
			all[name] = append(all[name], view.Index(j).FieldByName("name").String())
		}
	}
	return all
}

// Routes are method, path and query options of each call that is answered; *
// in a path is any name.
func (t *Tenant) Routes() [][3]string {
	var all [][3]string
	for _, r := range t.routes {
		all = append(all, [3]string{r.method, strings.Join(r.path, "/"), strings.Join(r.options, ",")})
	}
	return all
}
