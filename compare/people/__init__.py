"""Who somebody is and what they may do, as plain values: no page, no route and no database.

identity.py     Identity, and how one is read from an ID token's claims or from a proxy's headers
roles.py        Role; RolesFile: who has which role (roles.toml)
roles_file.py   reading roles.toml, with a sentence for whatever is wrong in it
secrets_file.py what [auth] in Streamlit's secrets.toml says
sign_in.py      SignIn: how people are known in this process (by a typed name, sign-in, or a proxy)
remembered.py   the signed cookie that remembers a typed name
"""
