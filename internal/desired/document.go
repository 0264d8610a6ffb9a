package desired

import (
	"fmt"

	"gopkg.in/yaml.v3"

	"github.com/reseat-cli/reseat/plan"
)

const version = "reseat/v1"

// document reads one document of a file, by its kind.
func (s *source) document(n *yaml.Node) {
	if !s.mapping(n, "the document") {
		return
	}
	o := object{node: n, pairs: n.Content}
	if s.missing(o, "the document", "apiVersion", "begin it with `apiVersion: "+version+"`, or move the file out of the folder") {
		return
	}
	api := o.get("apiVersion")
	if s.nothing(o.key("apiVersion"), api) {
		return
	}
	if v := s.text(api, "`apiVersion`"); v != version {
		if v != "" {
			s.fault(api, "`apiVersion` is "+quote(v)+", which this reseat does not read", "write `apiVersion: "+version+"`")
		}
		return
	}
	if s.missing(o, "the document", "kind", "write `kind: Tenant` or `kind: Licenses`") {
		return
	}
	of := o.get("kind")
	if s.nothing(o.key("kind"), of) {
		return
	}
	switch k := s.text(of, "`kind`"); k {
	case "":
	case "Tenant":
		s.tenantDocument(n)
	case "Licenses":
		s.licenses(n)
	case "Defaults":
		s.fault(of, "kind `Defaults` is not built yet", "leave the document out")
	default:
		s.fault(of, "unknown kind "+quote(k), choices(k, "Tenant Licenses"))
	}
}

// tenantDocument reads the one document of kind Tenant.
func (s *source) tenantDocument(n *yaml.Node) {
	if s.file != settingsFile {
		s.fault(n, "a document of kind Tenant stands in reseat.yaml of its folder, not here", "move it there, or give this folder its own reseat.yaml")
		return
	}
	if s.reader.tenant != nil {
		s.fault(n, fmt.Sprintf("this is a second document of kind Tenant, the first is on line %d", s.reader.tenant.Line), "keep one of them; each tenant has a folder of its own")
		return
	}
	place := s.place(n)
	s.reader.tenant = &place
	s.settings(n)
}

// ref names a statement of a list.
func (s *source) ref(o object, kind plan.StatementKind) plan.Ref {
	s.unnamed[kind]++
	r := plan.Ref{Kind: kind, Place: s.place(o.node)}
	if r.Name = s.text(o.get("name"), "`name`"); r.Name == "" {
		r.Name = fmt.Sprintf("%s #%d", kind, s.unnamed[kind])
	}
	return r
}
