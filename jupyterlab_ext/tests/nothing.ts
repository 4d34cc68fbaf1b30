// Style sheets and pictures mean nothing to tests.
export default {};
