package simulator

import (
	"strconv"
	"strings"
)

// A crowd is what people are called, and where they work.
type crowd struct {
	first, last []string
	offices     []office
	// Departments: of the dynamic group's rule, of the frontline, and others.
	ruled, line, plain []department
}

type office struct {
	city, country, code string
	synced              bool // accounts come from the directory on premises
}

type department struct {
	name   string
	titles []string
}

func names() crowd {
	return crowd{
		first: strings.Fields("Ada Agnes Ali Alma Amir Anna Arne Aron Asta Björn Carl Cecilia Chen Clara Daniel David Dina Edith Elin Elsa Emil Emma " +
			"Erik Eva Fatima Felix Filip Frida Greta Gustav Hana Hanna Hugo Ida Inés Isak Ivan Jakob Jan Joana José Julia Karin Karl Kim Lars Lea Lena " +
			"Leo Liam Lina Linus Lova Lucas Maja Maria Max Mei Mila Mohamed Nils Nina Noor Nora Olga Olof Omar Otto Paula Per Priya Rosa Rui Sam Sara " +
			"Sven Tara Tom Uma Vera Viktor Wei Yara Zoë"),
		last: strings.Fields("Ahmed Alves Andersson Berg Bianchi Brown Carlsson Chen Costa Dahl Diaz Ekström Eriksson Fischer Fors Garcia Gupta " +
			"Hansen Holm Ito Jansson Jensen Johansson Jones Kaur Keller Khan Kim Klein Kowalski Larsen Lee Lind Lopez Lund Martin Meyer Müller Nair " +
			"Nguyen Nilsson Novak Nyström Olsen Park Patel Persson Petrov Rossi Roy Saito Santos Schmidt Silva Singh Smith Sousa Strand Svensson " +
			"Tanaka Varga Wagner Walsh Weber Wong Yilmaz Zhang Öberg"),
		offices: []office{
			{"Stockholm", "Sweden", "SE", true}, {"Berlin", "Germany", "DE", true}, {"Lisbon", "Portugal", "PT", false},
			{"London", "United Kingdom", "GB", false}, {"Boston", "United States", "US", false}, {"Pune", "India", "IN", false}, {"Oslo", "Norway", "NO", true},
		},
		ruled: []department{
			{"Sales", []string{"Account Executive", "Account Manager", "Sales Engineer", "Regional Sales Manager"}},
			{"Marketing", []string{"Content Editor", "Brand Manager", "Market Analyst"}},
			{"Finance", []string{"Accountant", "Controller", "Finance Manager"}},
		},
		line: []department{
			{"Warehouse", []string{"Warehouse Operator", "Forklift Operator", "Shift Lead"}},
			{"Stores", []string{"Store Assistant", "Store Manager"}},
		},
		plain: []department{
			{"Engineering", []string{"Software Engineer", "Test Engineer", "Solution Architect", "Engineering Manager", "Project Manager"}},
			{"Design", []string{"Product Designer", "Visual Designer", "Design Lead"}},
			{"HR", []string{"Recruiter", "HR Business Partner", "HR Manager"}},
			{"IT", []string{"Systems Engineer", "Support Engineer", "Security Engineer"}},
			{"Legal", []string{"Legal Counsel", "Contracts Specialist"}},
			{"Purchasing", []string{"Purchaser", "Supply Project Manager"}},
		},
	}
}

// name is what the i-th person is called; names come again after all were used.
func (c crowd) name(i int) (first, last string) {
	i %= len(c.first) * len(c.last)
	at := i % len(c.first)
	return c.first[at], c.last[(i/len(c.first)+at)%len(c.last)]
}

// suffix tells people of the same name apart.
func suffix(c crowd, i int) string {
	if n := i / (len(c.first) * len(c.last)); n > 0 {
		return strconv.Itoa(n + 1)
	}
	return ""
}

// ascii writes a name as it stands in addresses.
func ascii(s string) string {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return strings.NewReplacer("ö", "o", "Ö", "O", "é", "e", "ü", "u", "ë", "e", "í", "i").Replace(s)
		}
	}
	return s
}
